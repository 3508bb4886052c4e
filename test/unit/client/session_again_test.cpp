#include "session_fixture.hpp"

#include <broadcast_hub/error.hpp>

#include <chrono>
#include <string>

// Publications that are sent again, or not any more: rule 6 of docs/reference/protocol.md.

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

class SessionAgainTest : public test::session_fixture {
 protected:
  void publish(const std::string& payload, const std::string& topic = "chat") {
    session.publish(topic, message_kind::text, payload, {}, note(payload));
  }

  /// Greeted with a window for keys.
  void open_with(std::string_view window) {
    greeting = R"({"hello":{"cid":"c1","ping":0,"window":)" + std::string(window) + "}}";
    session.start(now);
    say(greeting);
    record.take();
  }

  /// The connection ends, and the next one is greeted after that time.
  void come_back(std::chrono::milliseconds after = 0ms, unsigned code = 1006) {
    lose(code);
    now += after;
    session.on_time(now);
    record.take();
    say(greeting);
  }

  static std::string sent(int number) {
    const std::string text = std::to_string(number);
    return R"(> {"id":)" + text + R"(,"pub":"chat","key":"0000.)" + text + R"(","d":)" + text + "}";
  }

  static std::string unknown(const std::string& of, const std::string& reason) {
    return of + ": " + make_error_code(errc::outcome_unknown).message() + " 0 " + reason;
  }

  std::string greeting{hello};
};

// Once it was published twice when the hub had forgotten its key.
TEST_F(SessionAgainTest, IsNotSentPastNineTenthsOfTheWindow) {
  open_with("10000");
  publish("1");
  record.take();
  come_back(8'999ms);
  EXPECT_EQ(record.take(), (lines{"open", sent(1)}));
  come_back(1ms);
  EXPECT_EQ(record.take(),
            (lines{"open", unknown("1",
                                   "it was sent 9000 ms ago and not answered; the hub knows "
                                   "keys of chat for 10000 ms")}));
  come_back();
  EXPECT_EQ(record.take(), lines{"open"});
}

TEST_F(SessionAgainTest, CountsFromWhenItWasFirstSent) {
  greeting = R"({"hello":{"cid":"c1","ping":0,"window":10000}})";
  publish("1");
  now += 1h;
  session.start(now);
  record.take();
  say(greeting);
  EXPECT_EQ(record.take(), (lines{"open", sent(1)}));
}

TEST_F(SessionAgainTest, GoesByTheLastAnswerOfItsTopic) {
  open_with("10000");
  publish("1");
  say(R"({"id":1,"ok":{"e":"k","o":7,"window":1000}})");
  publish("2");
  publish("3", "other");
  record.take();
  come_back(900ms);
  const lines got = record.take();
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[1], unknown("2",
                            "it was sent 900 ms ago and not answered; the hub knows keys of "
                            "chat for 1000 ms"));
  EXPECT_EQ(got[2], R"(> {"id":3,"pub":"other","key":"0000.3","d":3})");
}

// Once an answer of an earlier connection counted for ever: the hub had less memory for keys by the
// time of the next one, said so in its hello, and the publication was doubled.
TEST_F(SessionAgainTest, GoesByTheHelloWhereThatTellsLessThanAnEarlierConnection) {
  open_with("120000");
  publish("1");
  say(R"({"id":1,"ok":{"e":"k","o":7,"window":120000}})");
  publish("2");
  record.take();
  greeting = R"({"hello":{"cid":"c1","ping":0,"window":50000}})";
  come_back(60s);
  EXPECT_EQ(record.take(),
            (lines{"open", unknown("2",
                                   "it was sent 60000 ms ago and not answered; the hub knows "
                                   "keys of chat for 50000 ms")}));
}

TEST_F(SessionAgainTest, GoesByAnAnswerOverThisConnectionWhateverTheHelloTells) {
  open_with("1000");
  publish("1");
  publish("2");
  publish("3");
  record.take();
  // So that those go one at a time: the first one has the answer that counts for the others.
  come_back(0ms, 1011);
  EXPECT_EQ(record.take(), (lines{"open", sent(1)}));
  now += 60s;
  say(R"({"id":1,"ok":{"e":"k","o":7,"window":120000}})");
  EXPECT_EQ(record.take(), (lines{"1 at k:7", sent(2)}));
  greeting = R"({"hello":{"cid":"c1","ping":0}})";
  come_back();
  EXPECT_EQ(record.take(), (lines{"open", sent(2)})) << "this hello tells none";
}

// Once the time of a suspend did not count: the hub had forgotten the key meanwhile.
TEST_F(SessionAgainTest, CountsTheTimeOfASuspend) {
  open_with("120000");
  publish("1");
  record.take();
  suspended = 10min;
  come_back(5s);
  EXPECT_EQ(record.take(),
            (lines{"open", unknown("1",
                                   "it was sent 605000 ms ago and not answered; the hub knows "
                                   "keys of chat for 120000 ms")}));
}

TEST_F(SessionAgainTest, IsNeverSentAgainWhereKeysSayNothing) {
  open_with("0");
  publish("1");
  record.take();
  come_back();
  EXPECT_EQ(record.take().size(), 2U) << "open, and that its outcome is not known";
}

TEST_F(SessionAgainTest, IsSentAgainForEverWhenTheServerTellsNoWindow) {
  open();
  publish("1");
  record.take();
  come_back(240h);
  EXPECT_EQ(record.take(), (lines{"open", sent(1)}));
}

TEST_F(SessionAgainTest, GoesAloneAfterASessionThatFailed) {
  open();
  publish("1");
  publish("2");
  record.take();
  come_back(0ms, 1011);
  EXPECT_EQ(record.take(), (lines{"open", sent(1)}));
  publish("3");
  session.presence("chat", {});
  EXPECT_EQ(record.take(), lines{R"(> {"id":4,"presence":"chat"})"}) << "questions do not wait";
  say(R"({"id":1,"ok":{"e":"k","o":7}})");
  EXPECT_EQ(record.take(), (lines{"1 at k:7", sent(2)}));
  say(R"({"id":2,"ok":{"e":"k","o":8}})");
  publish("5");
  EXPECT_EQ(record.take(), (lines{"2 at k:8", sent(3), sent(5)}));
}

// Once it ended session after session, for ever.
TEST_F(SessionAgainTest, IsRejectedWhenItAloneEndsThreeSessions) {
  open();
  publish("1");
  publish("2");
  record.take();
  come_back(0ms, 1011);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(record.take(), (lines{"open", sent(1)}));
    come_back(0ms, 1011);
  }
  record.take();
  lose(1011);
  const lines got = record.take();
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[1],
            "1: the server refused 1011 the server closed 3 connections with 1011 while "
            "this publication on chat had no answer");
  session.on_time(now);
  record.take();
  say(hello);
  EXPECT_EQ(record.take(), (lines{"open", sent(2)}));
}

TEST_F(SessionAgainTest, IsNotBlamedForOtherEnds) {
  open();
  publish("1");
  for (int i = 0; i < 10; ++i)
    come_back(0ms, i % 2 == 0 ? 1006 : 4000);
  record.take();
  come_back();
  EXPECT_EQ(record.take(), (lines{"open", sent(1)}));
}

}  // namespace
}  // namespace broadcast_hub
