#include "session_fixture.hpp"

#include <chrono>
#include <string>

// What a client makes of a server that lets it in with HTTP statuses only, or finds fault with it.

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

class SessionRefusalsTest : public test::session_fixture {
 protected:
  /// What becomes of an attempt. The next one begins at once.
  std::string refuse(client_session& of, int status, std::chrono::milliseconds retry_after = 0ms) {
    record.take();
    of.on_refused({status, retry_after}, "refused", now);
    const lines told = record.take();
    if (const auto due = of.next_due())
      of.on_time(*due);
    return told.empty() ? "nothing" : told.back();
  }
  std::string refuse(int status, std::chrono::milliseconds retry_after = 0ms) {
    return refuse(session, status, retry_after);
  }
};

TEST_F(SessionRefusalsTest, EndWhatNoAttemptCanChange) {
  for (const int status : {400, 404, 426, 401, 403}) {
    test::session_record mine;
    client_session one(
        {}, [] { return 0U; }, log, mine);
    one.start(now);
    one.on_refused({status, {}}, "refused", now);
    EXPECT_EQ(mine.take().back(), "closed 1006 refused, status " + std::to_string(status));
  }
}

TEST_F(SessionRefusalsTest, AreTriedAgainWhenTheyMayPass) {
  session.start(now);
  for (const int status : {429, 500, 502, 503, 504, 408, 302})
    EXPECT_EQ(refuse(status), "waiting 1006 refused, 0 ms, status " + std::to_string(status));
}

TEST_F(SessionRefusalsTest, CountWhereCredentialsMayBeRenewed) {
  session_options options;
  options.request_may_change = true;
  client_session one(
      options, [] { return 0U; }, log, record);
  const auto attempt = [&](int status) { return refuse(one, status); };
  one.start(now);
  EXPECT_EQ(attempt(401), "waiting 1006 refused, 0 ms, status 401");
  EXPECT_EQ(attempt(403), "waiting 1006 refused, 0 ms, status 403");
  EXPECT_EQ(attempt(503), "waiting 1006 refused, 0 ms, status 503")
      << "they are not in a row any more";
  EXPECT_EQ(attempt(403), "waiting 1006 refused, 0 ms, status 403");
  EXPECT_EQ(attempt(401), "waiting 1006 refused, 0 ms, status 401");
  EXPECT_EQ(attempt(401), "closed 1006 refused, status 401");
}

TEST_F(SessionRefusalsTest, SayWhenToComeBackUpToAnHour) {
  session.start(now);
  EXPECT_EQ(refuse(503, 30s), "waiting 1006 refused, 30000 ms, status 503");
  EXPECT_EQ(refuse(429, 240h), "waiting 1006 refused, 3600000 ms, status 429");
}

TEST_F(SessionRefusalsTest, OfFramesAreTold) {
  open();
  say(R"({"error":{"code":101,"reason":"the frame is not JSON"}})");
  say(R"({"sub":"a b","error":{"code":101,"reason":"no name"}})");
  EXPECT_EQ(record.take(), (lines{"error 101 the frame is not JSON", "error 101 no name of a b"}));
}

}  // namespace
}  // namespace broadcast_hub
