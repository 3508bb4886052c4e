// What policies do to subscribers that do not keep up.

#include "slow_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using test::texts_of;
using test::unsent;
using testing::ElementsAre;

class SlowTest : public test::slow_fixture {};

TEST_F(SlowTest, WhoIsUpToDateIsFine) {
  begin(slow_consumer_policy::disconnect);
  EXPECT_EQ(judged(), verdict::fine);
  publish("a", "1");
  walk();
  EXPECT_EQ(judged(), verdict::fine);
}

TEST_F(SlowTest, DisconnectsWhoIsTooFarBehind) {
  begin(slow_consumer_policy::disconnect);
  for (int i = 0; i < 10; ++i)
    publish_unread(hundred);
  EXPECT_EQ(judged(), verdict::fine);  // exactly the limit
  publish_unread("");
  EXPECT_EQ(judged(), verdict::disconnect);
}

TEST_F(SlowTest, DisconnectsWhoseOldestPublicationIsTooOld) {
  begin(slow_consumer_policy::disconnect);
  publish_unread("old");
  shard().now += 10s;
  EXPECT_EQ(judged(), verdict::fine);
  shard().now += 1ms;
  EXPECT_EQ(judged(), verdict::disconnect);
  take(0);
  EXPECT_EQ(judged(), verdict::fine);
}

TEST_F(SlowTest, AgeIsThatOfTheOldestPublicationThatWasNotSent) {
  begin(slow_consumer_policy::disconnect);
  publish_unread("first");
  shard().now += 6s;
  publish_unread("second");
  take(0, 9);  // the first
  shard().now += 6s;
  EXPECT_EQ(judged(), verdict::fine);
  shard().now += 5s;
  EXPECT_EQ(judged(), verdict::disconnect);
}

TEST_F(SlowTest, WithoutALimitAnyAgeIsFine) {
  options_.defaults.max_lag = 0ms;
  begin(slow_consumer_policy::disconnect);
  publish_unread("old");
  shard().now += 1000h;
  EXPECT_EQ(judged(), verdict::fine);
}

// Between two patrols walks once forgot when the oldest was offered, and so it looked young.
TEST_F(SlowTest, WhoIsNotLookedAtForLongIsAsOldAsBefore) {
  begin(slow_consumer_policy::disconnect);
  publish_unread("old");
  shard().now += 21s;
  publish_unread("new");
  shard().now += 1s;
  publish_unread("newer");
  EXPECT_EQ(judged(), verdict::disconnect);
}

// What a program was held up for, and by how much it was late behind that, add up. What comes later
// is not excused.
TEST_F(SlowTest, PausesDoNotCount) {
  options_.defaults.max_lag = 3s;
  begin(slow_consumer_policy::disconnect);
  publish_unread("1");
  const time_point first = shard().now + 1s;
  shard().now += 5s;
  topics().excuse_pause(first, shard().now);
  EXPECT_EQ(judged(), verdict::fine);
  publish_unread("2");
  topics().excuse_pause(shard().now, shard().now + 1s);
  shard().now += 1s;
  EXPECT_EQ(judged(), verdict::fine);
  shard().now += 1s;
  EXPECT_EQ(judged(), verdict::fine);
  shard().now += 1001ms;
  EXPECT_EQ(judged(), verdict::disconnect);
}

TEST_F(SlowTest, DropsTheOldestBytes) {
  begin(slow_consumer_policy::drop_oldest);
  for (int i = 0; i < 12; ++i)
    publish_unread(hundred.substr(0, 94) + std::to_string(10 + i));
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  EXPECT_EQ(judged(), verdict::fine);
  take(0);
  const auto left = received(0);
  ASSERT_LE(left.size(), 10U);
  ASSERT_GE(left.size(), 1U);
  EXPECT_TRUE(left.back().ends_with("21"));
  EXPECT_EQ(topics().count().dropped_oldest.value(), 12 - left.size());
  EXPECT_EQ(topics().count().delivered.value(), left.size());
}

TEST_F(SlowTest, DropsAtMostAnEighthAndASegmentMoreThanItMust) {
  constexpr std::size_t most = std::size_t{1024} * 1024;
  begin(slow_consumer_policy::drop_oldest, most);
  int skips = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    publish("a", std::string(700 + i * 37 % 1500, 'x'));
    shard().walk([&](const visit& next) {
      topics().offer_walk(person(next.slot));
      person(next.slot).note_lag();  // so that segments become large
    });
    if (judged() != verdict::skip)
      continue;
    skip();
    ++skips;
    const std::uint64_t kept = person(0).behind->cursors.front().bytes();
    ASSERT_LE(kept, most - most / 8);
    ASSERT_GE(kept, most - most / 8 - segment::largest);
  }
  EXPECT_GT(skips, 10);
}

TEST_F(SlowTest, DropsWhatIsTooOld) {
  begin(slow_consumer_policy::drop_oldest);
  publish_unread("old");
  shard().now += 6s;
  publish_unread("new");
  shard().now += 5s;
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  take(0);
  EXPECT_THAT(received(0), ElementsAre("new"));
  EXPECT_EQ(topics().count().dropped_oldest.value(), 1U);
}

// It once dropped the newest, too: then nobody learned that there was something until the next
// publication.
TEST_F(SlowTest, TheNewestIsKeptHoweverOldItIs) {
  begin(slow_consumer_policy::drop_oldest);
  for (const char* text : {"1", "2", "3"})
    publish_unread(text);
  shard().now += 11s;
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  EXPECT_EQ(judged(), verdict::fine);  // there is nothing left to skip
  shard().now += 1h;
  EXPECT_EQ(judged(), verdict::fine);
  take(0);
  EXPECT_THAT(received(0), ElementsAre("3"));
  EXPECT_EQ(topics().count().dropped_oldest.value(), 2U);
}

TEST_F(SlowTest, TheNewestIsKeptBehindThePartlySentUnit) {
  begin(slow_consumer_policy::drop_oldest);
  publish("a", "1");
  walk(3);
  publish_unread("2");
  publish_unread("3");
  shard().now += 11s;
  EXPECT_EQ(judged(), verdict::skip);
  const log_piece partial = person(0).partial_unit();
  received_[0] += std::string(partial.data + 3, partial.size - 3);
  person(0).pass_partial_unit();
  skip();
  take(0);
  EXPECT_THAT(received(0), ElementsAre("1", "3"));
}

TEST_F(SlowTest, TheNewestIsKeptHoweverLongItIs) {
  options_.max_log_bytes = 1024 * 1024;
  begin(slow_consumer_policy::drop_oldest, 1024 * 1024);
  subscribe(1, "other");  // so that memory is short
  publish("other", std::string(700'000, 'x'));
  publish_unread("1");
  publish_unread(std::string(100'000, '2'));  // more than somebody may be behind then
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  EXPECT_EQ(judged(), verdict::fine);
  take(0);
  EXPECT_THAT(received(0), ElementsAre(std::string(100'000, '2')));
}

TEST_F(SlowTest, KeepsOnlyTheLatest) {
  begin(slow_consumer_policy::latest);
  publish_unread("1");
  EXPECT_EQ(judged(), verdict::fine);
  publish_unread("2");
  EXPECT_EQ(judged(), verdict::skip);
  publish_unread("3");
  skip();
  EXPECT_EQ(judged(), verdict::fine);
  take(0);
  EXPECT_THAT(received(0), ElementsAre("3"));
  EXPECT_EQ(topics().count().dropped_superseded.value(), 2U);
}

// When a socket became writable before the walk under way came to it, its client got all of what
// the last walk had left.
TEST_F(SlowTest, KeepsOnlyTheLatestThatWasOfferedBeforeTheWalkUnderWay) {
  begin(slow_consumer_policy::latest);
  publish("a", "1");
  publish("a", hundred + hundred + hundred + hundred);  // in the next segment
  publish("a", "3");
  publish_unread("4");
  publish("a", "5");
  ASSERT_TRUE(topics().begin_walk());
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  EXPECT_EQ(texts_of(unsent(person(0))), std::vector<std::string>{"4"});
  walk();
  EXPECT_THAT(received(0), ElementsAre("4", "5"));
  EXPECT_EQ(topics().count().dropped_superseded.value(), 3U);
}

// A segment may also begin there when memory was short for what was to come.
TEST_F(SlowTest, TheLatestMayLieInFrontOfANewSegment) {
  begin(slow_consumer_policy::latest, 100'000);
  for (int i = 0; i < 40; ++i)
    publish("a", hundred);
  publish_unread("last");
  const auto a = shard().registry.find("a");
  const auto before = a->end(lane_kind::raw).at;
  a->finish_reading(lane_kind::raw, 0, before.position, 0);  // so that a sweep thinks it is read
  shard().registry.sweep(shard().now);
  shard().registry.sweep(shard().now);
  ASSERT_NE(a->end(lane_kind::raw).at.part, before.part);
  EXPECT_FALSE(topics().begin_walk());
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  EXPECT_EQ(texts_of(unsent(person(0))), std::vector<std::string>{"last"});
}

TEST_F(SlowTest, SkippingStartsBehindThePartlySentUnit) {
  begin(slow_consumer_policy::latest);
  publish("a", "1");
  walk(3);
  publish_unread("2");
  publish_unread("3");
  ASSERT_TRUE(person(0).mid_unit());
  const log_piece partial = person(0).partial_unit();
  received_[0] += std::string(partial.data + 3, partial.size - 3);
  person(0).pass_partial_unit();
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  take(0);
  EXPECT_THAT(received(0), ElementsAre("1", "3"));
}

TEST_F(SlowTest, TheWorstVerdictOfSeveralTopicsCounts) {
  topic_options latest;
  latest.slow_consumers = slow_consumer_policy::latest;
  options_.rules = {{"b", latest}};
  begin(slow_consumer_policy::disconnect);
  subscribe(0, "b");
  publish("b", "1");
  publish("b", "2");
  publish_unread("x");
  EXPECT_EQ(judged(), verdict::skip);
  for (int i = 0; i < 11; ++i)
    publish_unread(hundred);
  EXPECT_EQ(judged(), verdict::disconnect);
}

TEST_F(SlowTest, WhenMemoryIsShortLessLagIsAllowed) {
  options_.max_log_bytes = 1024 * 1024;
  begin(slow_consumer_policy::drop_oldest, 1024 * 1024);
  const std::string big(10'000, 'x');
  for (int i = 0; i < 65; ++i)
    publish_unread(big);
  EXPECT_EQ(judged(), verdict::fine);
  for (int i = 0; i < 25; ++i)
    publish_unread(big);
  EXPECT_EQ(judged(), verdict::skip);
  skip();
  EXPECT_LE(unsent(person(0)).size(), 64U * 1024);
  EXPECT_LT(shard().registry.budget().used(), 300'000U);
}

}  // namespace
}  // namespace broadcast_hub::topic
