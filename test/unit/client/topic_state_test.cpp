#include "client/topic_state.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace broadcast_hub {
namespace {

using step = topic_state::step;

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
  EXPECT_EQ(topic.on_publication(11).next, step::deliver);
  EXPECT_EQ(topic.on_publication(12).next, step::deliver);
  EXPECT_EQ(topic.position(), (topic_position{"k", 12}));
}

TEST(TopicStateTest, IgnoresWhatItHasSeen) {
  topic_state topic = live_topic();
  EXPECT_EQ(topic.on_publication(11).next, step::deliver);
  EXPECT_EQ(topic.on_publication(11).next, step::ignore);
  EXPECT_EQ(topic.on_publication(3).next, step::ignore);
}

TEST(TopicStateTest, FindsAGapAndStaysBeforeIt) {
  topic_state topic = live_topic();
  EXPECT_EQ(topic.on_publication(12).next, step::gap);
  EXPECT_EQ(topic.position(), (topic_position{"k", 10}));
}

TEST(TopicStateTest, CountsWhatIsSkippedWhereThePolicyDoesSo) {
  topic_state topic("news", {}, 0);
  protocol::subscribed_said said = answer("k", 10);
  said.skips = true;
  topic.on_subscribed(said);
  EXPECT_EQ(topic.on_publication(15), (topic_state::verdict{step::deliver, 4}));
  EXPECT_EQ(topic.on_publication(12), (topic_state::verdict{step::ignore, 0}));
  EXPECT_EQ(topic.on_publication(16), (topic_state::verdict{step::deliver, 0}));
}

TEST(TopicStateTest, IgnoresEverythingUntilTheAnswer) {
  topic_state topic = live_topic();
  topic.on_asked(2);
  EXPECT_EQ(topic.on_publication(11).next, step::ignore);
  topic.on_subscribed(recovered("k", 12, 2));
  EXPECT_EQ(topic.on_publication(11).next, step::deliver);
  EXPECT_EQ(topic.on_publication(12).next, step::deliver);
}

TEST(TopicStateTest, IsBeforeTheStoredOnesThatFollow) {
  topic_state topic("news", {}, 5);
  EXPECT_EQ(topic.last(), 5U);
  topic.on_asked(1);
  const client_subscribed_event event = topic.on_subscribed(answer("k", 10, 3));
  EXPECT_EQ(event.position, (topic_position{"k", 7}));
  EXPECT_EQ(topic.last(), 5U) << "those it gets when its position cannot be served";
  EXPECT_EQ(topic.on_publication(8).next, step::deliver);
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
  EXPECT_EQ(topic.on_publication(10).next, step::deliver);
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
  EXPECT_EQ(topic.on_publication(8).next, step::ignore);
  EXPECT_EQ(topic.on_publication(11).next, step::deliver);
}

TEST(TopicStateTest, DoesNotGoBackWhenTheNewestComeForAGap) {
  topic_state topic = live_topic();
  topic.on_asked(2);
  protocol::subscribed_said said = answer("k", 12, 5);
  said.recovered = false;
  said.why = "limit";
  topic.on_subscribed(said);
  EXPECT_EQ(topic.position(), (topic_position{"k", 10}));
  topic.on_asked(3);
  said = answer("k", 4, 1);  // it was ahead of all that there is
  said.recovered = false;
  topic.on_subscribed(said);
  EXPECT_EQ(topic.position(), (topic_position{"k", 3}));
}

TEST(TopicStateTest, TellsReplaysFromWhatIsLive) {
  topic_state topic = live_topic();
  EXPECT_FALSE(topic.is_replayed(11));
  topic.on_asked(2);
  topic.on_subscribed(recovered("k", 14, 4));
  for (const std::uint64_t offset : {11U, 12U, 13U, 14U})
    EXPECT_TRUE(topic.is_replayed(offset)) << "it is sent again for the name";
  EXPECT_FALSE(topic.is_replayed(14)) << "this one is for a pattern";
  EXPECT_FALSE(topic.is_replayed(15));
}

// Once those on their way to a connection that was behind were taken for seen.
TEST(TopicStateTest, TakesNothingForSeenWhenNothingIsReplayed) {
  topic_state topic("news", topic_position{"k", 107}, 0);
  topic.on_asked(1);
  topic.on_subscribed(recovered("k", 107, 0));
  EXPECT_FALSE(topic.is_replayed(94));
  EXPECT_EQ(topic.on_publication(94).next, step::ignore) << "for the name it is a duplicate";
}

}  // namespace
}  // namespace broadcast_hub
