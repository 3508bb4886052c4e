#include "client/topic_state.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace broadcast_hub {
namespace {

using verdict = topic_state::verdict;

protocol::subscribed_said answer(std::string epoch, std::uint64_t offset,
                                 std::uint64_t replayed = 0) {
  protocol::subscribed_said said;
  said.topic = "news";
  said.reached = topic_position{std::move(epoch), offset};
  said.replayed = replayed;
  return said;
}

protocol::subscribed_said recovered(std::string epoch, std::uint64_t offset,
                                    std::uint64_t replayed) {
  protocol::subscribed_said said = answer(std::move(epoch), offset, replayed);
  said.recovered = true;
  return said;
}

/// Subscribed, at k:10.
topic_state live_topic() {
  topic_state topic("news", {}, 0);
  topic.on_asked(1);
  topic.on_subscribed(answer("k", 10));
  return topic;
}

TEST(TopicStateTest, DeliversTheNextOne) {
  topic_state topic = live_topic();
  EXPECT_EQ(topic.on_publication(11), verdict::deliver);
  EXPECT_EQ(topic.on_publication(12), verdict::deliver);
  EXPECT_EQ(topic.position(), (topic_position{"k", 12}));
}

TEST(TopicStateTest, IgnoresWhatItHasSeen) {
  topic_state topic = live_topic();
  EXPECT_EQ(topic.on_publication(11), verdict::deliver);
  EXPECT_EQ(topic.on_publication(11), verdict::ignore);
  EXPECT_EQ(topic.on_publication(3), verdict::ignore);
}

TEST(TopicStateTest, FindsAGapAndStaysBeforeIt) {
  topic_state topic = live_topic();
  EXPECT_EQ(topic.on_publication(12), verdict::gap);
  EXPECT_EQ(topic.position(), (topic_position{"k", 10}));
}

TEST(TopicStateTest, ExpectsGapsWhereOnlyTheLatestCounts) {
  topic_state topic("news", {}, 0);
  protocol::subscribed_said said = answer("k", 10);
  said.latest = true;
  topic.on_subscribed(said);
  EXPECT_EQ(topic.on_publication(15), verdict::deliver);
  EXPECT_EQ(topic.on_publication(12), verdict::ignore);
  EXPECT_EQ(topic.on_publication(16), verdict::deliver);
}

TEST(TopicStateTest, IgnoresEverythingUntilTheAnswer) {
  topic_state topic = live_topic();
  topic.on_asked(2);
  EXPECT_EQ(topic.on_publication(11), verdict::ignore);
  topic.on_subscribed(recovered("k", 12, 2));
  EXPECT_EQ(topic.on_publication(11), verdict::deliver);
  EXPECT_EQ(topic.on_publication(12), verdict::deliver);
}

TEST(TopicStateTest, IsBeforeTheStoredOnesThatFollow) {
  topic_state topic("news", {}, 5);
  EXPECT_EQ(topic.last(), 5U);
  topic.on_asked(1);
  const client_subscribed_event event = topic.on_subscribed(answer("k", 10, 3));
  EXPECT_EQ(event.position, (topic_position{"k", 7}));
  EXPECT_EQ(topic.last(), 0U) << "it has a position now";
  EXPECT_EQ(topic.on_publication(8), verdict::deliver);
}

TEST(TopicStateTest, TellsWhyNothingWasRecovered) {
  topic_state topic("news", topic_position{"k", 3}, 0);
  protocol::subscribed_said said = answer("m", 9);
  said.recovered = false;
  said.why = "epoch";
  const client_subscribed_event event = topic.on_subscribed(said);
  EXPECT_FALSE(event.recovered);
  EXPECT_EQ(event.why, "epoch");
  EXPECT_EQ(topic.position(), (topic_position{"m", 9}));
  EXPECT_EQ(topic.on_publication(10), verdict::deliver);
}

TEST(TopicStateTest, TellsThatItIsNewOrAPattern) {
  topic_state topic("a.*", {}, 0);
  EXPECT_TRUE(topic.is_pattern());
  EXPECT_EQ(topic.on_subscribed({}).why, "first");
  EXPECT_EQ(topic.on_subscribed({}).why, "pattern");
  EXPECT_FALSE(topic.position());
}

TEST(TopicStateTest, DoesNotGoBackWhenItIsRecovered) {
  topic_state topic = live_topic();
  topic.on_asked(2);
  topic.on_subscribed(recovered("k", 12, 5));  // sends 8 to 12 again
  EXPECT_EQ(topic.position(), (topic_position{"k", 10}));
  EXPECT_EQ(topic.on_publication(8), verdict::ignore);
  EXPECT_EQ(topic.on_publication(11), verdict::deliver);
}

TEST(TopicStateTest, GivesPatternsEachOnceAndOnlyWhatIsLive) {
  topic_state topic = live_topic();
  EXPECT_TRUE(topic.is_new_for_patterns(11));
  EXPECT_FALSE(topic.is_new_for_patterns(11));
  EXPECT_TRUE(topic.is_new_for_patterns(13)) << "gaps are nothing to them";
  topic.on_asked(2);
  topic.on_subscribed(recovered("k", 14, 4));
  EXPECT_FALSE(topic.is_new_for_patterns(14)) << "it is sent again for the name";
  EXPECT_TRUE(topic.is_new_for_patterns(15));
}

}  // namespace
}  // namespace broadcast_hub
