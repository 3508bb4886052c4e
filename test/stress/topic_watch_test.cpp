#include "topic_watch.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>

// What would be a fault of the client is one for its watch.

namespace broadcast_hub::stress {
namespace {

class TopicWatchTest : public testing::Test {
 protected:
  static void subscribe(topic_watch& to, const std::string& why, const std::string& epoch,
                        std::uint64_t offset) {
    client_subscribed_event event{"t1", why.empty(), why, topic_position{epoch, offset}};
    to.on_subscribed(event);
  }
  static void resume(topic_watch& to, const std::string& epoch, std::uint64_t offset) {
    to.on_disconnect();
    subscribe(to, "", epoch, offset);
  }
  static void publish(topic_watch& to, std::uint64_t offset) {
    to.on_publication({"t1", offset, "{}", message_kind::text});
  }

  view_counts counts_;
  topic_watch watch_{1, true, counts_};
  topic_watch forgetful_{1, false, counts_};
};

TEST_F(TopicWatchTest, TakesWhatIsRight) {
  subscribe(watch_, "first", "a", 7);
  publish(watch_, 8);
  resume(watch_, "a", 8);
  publish(watch_, 9);
  subscribe(watch_, "epoch", "b", 3);
  publish(watch_, 4);
  EXPECT_EQ(counts_.delivered, 3U);
  EXPECT_EQ(counts_.recovered, 1U);
  EXPECT_EQ(counts_.other_epoch, 1U);
}

TEST_F(TopicWatchTest, FindsDuplicatesAndGaps) {
  subscribe(watch_, "first", "a", 7);
  publish(watch_, 8);
  EXPECT_THROW(publish(watch_, 8), std::runtime_error);
  EXPECT_THROW(publish(watch_, 10), std::runtime_error);
}

TEST_F(TopicWatchTest, FindsPublicationsWithoutSubscription) {
  EXPECT_THROW(publish(watch_, 1), std::runtime_error);
  subscribe(watch_, "first", "a", 7);
  watch_.on_disconnect();
  EXPECT_THROW(publish(watch_, 8), std::runtime_error);
}

TEST_F(TopicWatchTest, FindsRecoveriesFromElsewhere) {
  EXPECT_THROW(resume(watch_, "a", 0), std::runtime_error);
  subscribe(watch_, "first", "a", 7);
  EXPECT_THROW(resume(watch_, "a", 6), std::runtime_error);
  EXPECT_THROW(resume(watch_, "a", 8), std::runtime_error);
  EXPECT_THROW(resume(watch_, "b", 7), std::runtime_error);
}

TEST_F(TopicWatchTest, FindsWrongReasons) {
  EXPECT_THROW(subscribe(watch_, "epoch", "a", 7), std::runtime_error);
  subscribe(watch_, "first", "a", 7);
  for (const char* why : {"first", "epoch", "limit", "gap"})
    EXPECT_THROW(subscribe(watch_, why, "a", 9), std::runtime_error) << why;
  for (const char* why : {"first", "limit", "gap"})
    EXPECT_THROW(subscribe(watch_, why, "b", 9), std::runtime_error) << why;
}

TEST_F(TopicWatchTest, TakesGapsWhereHistoryIsShort) {
  subscribe(forgetful_, "first", "a", 7);
  subscribe(forgetful_, "gap", "a", 9);
  publish(forgetful_, 10);
  EXPECT_EQ(counts_.gap, 1U);
  EXPECT_THROW(subscribe(forgetful_, "gap", "a", 9), std::runtime_error);
}

}  // namespace
}  // namespace broadcast_hub::stress
