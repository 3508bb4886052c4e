// Whoever takes nothing is passed by: walks count for it without asking.

#include "reader_fixture.hpp"
#include "topic/reader.hpp"

#include <gmock/gmock.h>

namespace broadcast_hub::topic {
namespace {

using testing::ElementsAre;

class ParkingTest : public test::reader_fixture {
 protected:
  /// 0 is behind by "1" and parked, 1 reads.
  void begin(slow_consumer_policy policy = slow_consumer_policy::disconnect) {
    options_.defaults.slow_consumers = policy;
    options_.defaults.max_lag_bytes = 100;
    subscribe(0, "a");
    subscribe(1, "a");
    publish("a", "1");
    walk_but_not(0);
    topics().park(person(0));
    visited_.clear();
  }

  /// A walk in which one of them takes nothing. Returns what `end_walk` says.
  bool walk_but_not(std::uint32_t who) {
    if (!topics().begin_walk())
      return false;
    for (visit next = topics().next(); next.what != visit::kind::over; next = topics().next()) {
      visited_.push_back(next.slot);
      topics().offer_walk(person(next.slot));
      take(next.slot, next.slot == who ? 0 : static_cast<std::size_t>(-1));
    }
    return topics().end_walk(shard().now);
  }
  bool publish_and_walk(std::string_view text) {
    publish("a", text);
    return walk_but_not(0);
  }
  void patrol() {
    topics().patrol([this](std::uint32_t slot) {
      if (topics().judge(person(slot), shard().now) == verdict::skip)
        topics().skip(person(slot), shard().now);
      person(slot).note_lag();
      topics().park(person(slot));
    });
  }
  std::uint64_t pending() {
    const tally& count = topics().count();
    return count.offered.value() - count.delivered.value() - count.dropped_oldest.value() -
           count.dropped_superseded.value() - count.dropped_at_end.value();
  }
};

TEST_F(ParkingTest, WalksPassItByAndCountForIt) {
  begin();
  publish_and_walk("2");
  publish_and_walk("3");
  EXPECT_THAT(visited_, ElementsAre(1, 1));
  EXPECT_EQ(topics().count().offered.value(), 6U);
  EXPECT_EQ(pending(), 3U);
}

TEST_F(ParkingTest, GetsEverythingWhenItTakesSomethingAgain) {
  begin();
  publish_and_walk("2");
  topics().unpark(person(0));
  publish_and_walk("3");  // is visited again
  EXPECT_THAT(visited_, testing::UnorderedElementsAre(1, 0, 1));
  take(0);
  EXPECT_THAT(received(0), ElementsAre("1", "2", "3"));
  EXPECT_EQ(pending(), 0U);
}

TEST_F(ParkingTest, UnparkedInAWalkItHasWhatThatWalkOffers) {
  begin();
  publish("a", "2");
  ASSERT_TRUE(topics().begin_walk());
  topics().unpark(person(0));
  take(0);
  EXPECT_THAT(received(0), ElementsAre("1", "2"));
  while (topics().next().what != visit::kind::over)
    topics().offer_walk(person(1));
  topics().end_walk(shard().now);
  take(1);
  EXPECT_EQ(pending(), 0U);
  walk();
  publish_and_walk("3");
  take(0);
  EXPECT_THAT(received(0), ElementsAre("3"));
}

TEST_F(ParkingTest, OnlyWhatAWalkHasOfferedIsParked) {
  begin();
  topics().unpark(person(0));
  publish("a", "2");
  ASSERT_TRUE(topics().begin_walk());
  topics().park(person(0));  // before its visit
  EXPECT_EQ(topics().next().slot, 0U);
}

TEST_F(ParkingTest, WhatItIsBehindIsDroppedWhenItLeaves) {
  begin();
  publish_and_walk("2");
  topics().leave(person(0));
  EXPECT_EQ(topics().count().dropped_at_end.value(), 2U);
  EXPECT_EQ(pending(), 0U);
  EXPECT_EQ(subscribers("a"), 1U);
}

TEST_F(ParkingTest, OthersMayLeaveAroundIt) {
  begin();
  for (std::size_t i = 2; i < 6; ++i)
    subscribe(i, "a");
  topics().leave(person(1));  // the last one takes its place
  topics().leave(person(3));
  publish_and_walk("2");
  EXPECT_THAT(visited_, testing::UnorderedElementsAre(2, 4, 5));
  topics().unpark(person(0));
  take(0);
  EXPECT_THAT(received(0), ElementsAre("1", "2"));
}

TEST_F(ParkingTest, TheTopicKnowsHowFarItIsBehind) {
  begin();
  publish_and_walk("234");
  EXPECT_EQ(publish("a", "5").lag_bytes, test::unit_of("1").size() + test::unit_of("234").size());
  walk_but_not(0);
  topics().leave(person(0));
  EXPECT_EQ(publish("a", "6").lag_bytes, 0U);
}

TEST_F(ParkingTest, AWalkTellsWhenItIsFurtherBehindThanItMayBe) {
  begin();
  const std::size_t behind = test::unit_of("1").size();
  const std::size_t empty = test::unit_of("").size();
  EXPECT_FALSE(publish_and_walk(std::string(100 - behind - empty, 'x')));  // exactly the limit
  EXPECT_TRUE(publish_and_walk(""));
  EXPECT_EQ(topics().judge(person(0), shard().now), verdict::disconnect);
}

// Else a log could grow by another backlog before the patrol has made room.
TEST_F(ParkingTest, PublishersSeeNoProgressBeforeThePatrolHasActed) {
  max_backlog_bytes_ = 100;
  begin(slow_consumer_policy::drop_oldest);
  const std::string large(100 - test::unit_of("").size(), 'x');
  EXPECT_TRUE(publish_and_walk(large));
  EXPECT_EQ(publish("a", "2").what, topic::append_result::outcome::overloaded);
  patrol();
  EXPECT_EQ(publish("a", "2").what, topic::append_result::outcome::appended);
}

TEST_F(ParkingTest, AfterAPatrolThereIsRoomForSomeMore) {
  begin(slow_consumer_policy::drop_oldest);
  while (!publish_and_walk("x")) {
  }
  patrol();
  const std::size_t room = 100 / 8;
  for (std::size_t used = 0; used + test::unit_of("x").size() <= room;) {
    EXPECT_FALSE(publish_and_walk("x"));
    used += test::unit_of("x").size();
  }
  EXPECT_GT(topics().count().dropped_oldest.value(), 0U);
}

TEST_F(ParkingTest, TheNewestPublicationIsKeptHoweverLarge) {
  begin(slow_consumer_policy::drop_oldest);
  const std::string large(100 - test::unit_of("").size(), 'x');
  EXPECT_TRUE(publish_and_walk(large));
  EXPECT_EQ(topics().judge(person(0), shard().now), verdict::skip);
  topics().skip(person(0), shard().now);
  take(0);
  EXPECT_THAT(received(0), ElementsAre(large));
}

TEST_F(ParkingTest, APatternsSubscriberIsStillVisited) {
  subscribe(0, ">");
  publish("a", "1");
  walk_but_not(0);
  topics().park(person(0));
  publish("b", "2");
  publish("a", "3");
  walk_but_not(0);
  take(0);
  EXPECT_THAT(received(0), testing::UnorderedElementsAre("1", "2", "3"));
  EXPECT_EQ(pending(), 0U);
}

TEST_F(ParkingTest, SomebodyWhoSubscribedTwiceIsCountedOnce) {
  subscribe(0, "a");
  subscribe(0, ">");
  publish("a", "1");
  walk_but_not(0);
  topics().park(person(0));
  publish_and_walk("2");
  EXPECT_EQ(topics().count().offered.value(), 2U);
  topics().unpark(person(0));
  take(0);
  EXPECT_THAT(received(0), ElementsAre("1", "2"));
  EXPECT_EQ(pending(), 0U);
}

}  // namespace
}  // namespace broadcast_hub::topic
