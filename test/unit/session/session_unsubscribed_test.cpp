// Connections without a subscription: no walk and no patrol comes by.

#include "session_fixture.hpp"

#include <string>

namespace broadcast_hub::session {
namespace {

using testing::ElementsAre;

class SessionUnsubscribedTest : public test::session_fixture {
 protected:
  /// A publication waits in front of a direct message, and no subscription is left.
  void begin(std::size_t size) {
    open();
    publish(std::string(size, 'x'));
    ASSERT_FALSE(send_text("direct"));
  }
  void unsubscribe() {
    ASSERT_FALSE(peer().out().unsubscribe("news"));
    peer().patrol_if_unsubscribed(now_);
  }
  void take_and_block(std::size_t bytes) {
    taken_ += send(bytes);
    peer().out().block();
    peer().patrol_if_unsubscribed(now_);
  }
  std::vector<std::string> all_frames() {
    peer().out().unblock();
    return test::server_frames(taken_ + sent());
  }
  std::size_t log_bytes() { return shard().registry.budget().used(); }

  std::string taken_;
};

TEST_F(SessionUnsubscribedTest, WhoIsBlockedThenLetsGoOfTheLog) {
  begin(5);
  unsubscribe();
  EXPECT_GT(log_bytes(), 0U);
  take_and_block(3);
  EXPECT_EQ(log_bytes(), 0U);
  EXPECT_THAT(all_frames(), ElementsAre("text:xxxxx", "text:direct"));
}

TEST_F(SessionUnsubscribedTest, WhoWasBlockedBeforeDoesToo) {
  begin(5);
  take_and_block(3);
  EXPECT_GT(log_bytes(), 0U);  // until a patrol comes by
  unsubscribe();
  EXPECT_EQ(log_bytes(), 0U);
  EXPECT_THAT(all_frames(), ElementsAre("text:xxxxx", "text:direct"));
}

TEST_F(SessionUnsubscribedTest, WhoWouldNeedACopyOfTooMuchIsClosed) {
  options_.topics.defaults.max_lag_bytes = options_.outbound.max_queued_bytes = 2000;
  begin(1500);
  publish(std::string(600, 'y'));
  ASSERT_FALSE(send_text("direct"));
  unsubscribe();
  take_and_block(3);
  EXPECT_EQ(ending(), "4008 too far behind");
  EXPECT_EQ(log_bytes(), 0U);
}

}  // namespace
}  // namespace broadcast_hub::session
