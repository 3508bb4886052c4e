#include "topic/reader.hpp"

#include "reader_fixture.hpp"

#include <broadcast_hub/error.hpp>
#include <gmock/gmock.h>

namespace broadcast_hub::topic {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class ReaderTest : public test::reader_fixture {};

TEST_F(ReaderTest, ASubscriberGetsWhatIsPublishedFromThenOn) {
  publish("news", "before");
  subscribe(0, "news");
  publish("news", "a");
  publish("other", "x");
  publish("news", "b");
  walk();
  EXPECT_THAT(received(0), ElementsAre("a", "b"));
}

TEST_F(ReaderTest, AQuietTopicKeepsLittleAfterABurst) {
  subscribe(0, "news");
  for (int i = 0; i < 200; ++i)
    publish("news", std::string(1000, 'x'));
  walk();
  EXPECT_GT(shard().registry.budget().used(), 30'000U);
  shard().registry.sweep(shard().now);
  EXPECT_TRUE(shard().registry.sweep(shard().now).wake.test(0));
  EXPECT_FALSE(topics().begin_walk());
  EXPECT_LE(shard().registry.budget().used(), 1000U);
  publish("news", "more");
  walk();
  EXPECT_EQ(received(0).back(), "more");
}

// Somebody has sent all of that topic, and is stuck in another one.
TEST_F(ReaderTest, AQuietTopicKeepsLittleBesideAClientThatIsStuckElsewhere) {
  subscribe(0, "news");
  subscribe(0, "other");
  for (int i = 0; i < 200; ++i)
    publish("news", std::string(1000, 'x'));
  ASSERT_TRUE(topics().begin_walk());
  ASSERT_EQ(topics().next().slot, 0U);
  topics().offer_walk(person(0));
  ASSERT_EQ(topics().next().what, visit::kind::over);
  topics().end_walk(shard().now);
  publish("other", "stuck");
  walk(200 * (4 + 1000));
  ASSERT_EQ(received(0).size(), 200U);
  ASSERT_TRUE(person(0).pending());
  topics().patrol([&](std::uint32_t) { person(0).note_lag(); });  // the topic hears that it is read
  for (int i = 0; i < 3; ++i) {
    shard().registry.sweep(shard().now);
    topics().begin_walk();
  }
  take(0);
  EXPECT_EQ(received(0).back(), "stuck");
  EXPECT_LE(shard().registry.budget().used(), 2000U);
}

TEST_F(ReaderTest, AnUnsubscriptionEndsThat) {
  subscribe(0, "news");
  publish("news", "a");
  walk();
  EXPECT_FALSE(topics().unsubscribe(person(0), "news"));
  publish("news", "b");
  walk();
  EXPECT_THAT(received(0), ElementsAre("a"));
  EXPECT_EQ(topics().unsubscribe(person(0), "news"), errc::not_subscribed);
}

TEST_F(ReaderTest, SubscriptionsThatCannotBeAreRefused) {
  options_.max_subscriptions = 2;
  options_.max_topics = 2;
  EXPECT_EQ(topics().subscribe(person(0), "a..b"), errc::invalid_topic);
  EXPECT_EQ(topics().subscribe(person(0), "a.>.b"), errc::invalid_topic);
  subscribe(0, "a");
  EXPECT_EQ(topics().subscribe(person(0), "a"), errc::already_subscribed);
  subscribe(0, "b.*");
  EXPECT_EQ(topics().subscribe(person(0), "b.*"), errc::already_subscribed);
  EXPECT_EQ(topics().subscribe(person(0), "c"), errc::too_many_subscriptions);
  subscribe(1, "d");
  EXPECT_EQ(topics().subscribe(person(1), "e"), errc::too_many_topics);
}

TEST_F(ReaderTest, APatternSubscribesToTopicsThatAreThereAndThatComeLater) {
  publish("orders.eu", "before");
  subscribe(0, "orders.*");
  publish("orders.eu", "a");
  publish("orders.us", "b");
  publish("orders.us.ny", "x");
  publish("orders", "y");
  walk();
  EXPECT_THAT(received(0), UnorderedElementsAre("a", "b"));
}

TEST_F(ReaderTest, SubscribedInSeveralWaysAClientGetsEachPublicationOnce) {
  subscribe(0, "orders.eu");
  subscribe(0, "orders.>");
  subscribe(0, "*.eu");
  EXPECT_EQ(publish("orders.eu", "a").subscribers, 1U);
  walk();
  EXPECT_THAT(received(0), ElementsAre("a"));
  EXPECT_FALSE(topics().unsubscribe(person(0), "orders.eu"));
  EXPECT_FALSE(topics().unsubscribe(person(0), "orders.>"));
  EXPECT_EQ(publish("orders.eu", "b").subscribers, 1U);
  walk();
  EXPECT_THAT(received(0), ElementsAre("b"));
  EXPECT_FALSE(topics().unsubscribe(person(0), "*.eu"));
  EXPECT_EQ(publish("orders.eu", "c").subscribers, 0U);
  walk();
  EXPECT_THAT(received(0), IsEmpty());
}

TEST_F(ReaderTest, ASecondWayInTheMiddleOfAWalkRepeatsNothing) {
  subscribe(0, "a");
  subscribe(1, "a");
  publish("a", "1");
  ASSERT_TRUE(topics().begin_walk());
  ASSERT_EQ(topics().next().slot, 0U);
  topics().offer_walk(person(0));
  take(0);
  subscribe(0, ">");
  subscribe(1, "*");
  publish("a", "2");
  for (auto next = topics().next(); next.what != visit::kind::over; next = topics().next()) {
    topics().offer_walk(person(next.slot));
    take(next.slot);
  }
  topics().end_walk(shard().now);
  walk();
  EXPECT_THAT(received(0), ElementsAre("1", "2"));
  EXPECT_THAT(received(1), ElementsAre("1", "2"));
}

TEST_F(ReaderTest, SubscribersAreCountedByHowTheyAre) {
  subscribe(0, "a");
  subscribe(1, "a");
  subscribe(1, ">");
  subscribe(2, "*");
  EXPECT_EQ(subscribers("a"), 3U);
  EXPECT_EQ(publish("b", "x").subscribers, 2U);
  walk();
  topics().leave(person(1));
  EXPECT_EQ(subscribers("a"), 2U);
  EXPECT_EQ(subscribers("b"), 1U);
}

TEST_F(ReaderTest, ANewTopicKnowsItsSubscribersByPatternBeforeTheShardHasLooked) {
  subscribe(0, "a.*");
  subscribe(1, "a.*");
  EXPECT_EQ(publish("a.x", "1").subscribers, 2U);
  subscribe(2, "a.*");
  EXPECT_EQ(publish("a.x", "2").subscribers, 3U);
  walk();
  EXPECT_THAT(received(0), ElementsAre("1", "2"));
  EXPECT_THAT(received(2), ElementsAre("2"));
}

TEST_F(ReaderTest, WhatNobodyReadsIsLetGoOf) {
  subscribe(0, "a");
  subscribe(0, "b.>");
  publish("a", "1");
  publish("b.c", "1");
  walk();
  EXPECT_EQ(topics().topics_held(), 2U);
  EXPECT_GT(shard().registry.budget().used(), 0U);
  topics().leave(person(0));
  EXPECT_EQ(topics().topics_held(), 0U);
  EXPECT_EQ(shard().registry.budget().used(), 0U);
}

TEST_F(ReaderTest, LeavingWithSomethingUnreadLetsGoAtTheNextWalk) {
  subscribe(0, "a");
  publish("a", "1");
  ASSERT_TRUE(topics().begin_walk());
  topics().leave(person(0));
  EXPECT_EQ(topics().next().what, visit::kind::over);
  topics().end_walk(shard().now);
  EXPECT_EQ(topics().topics_held(), 0U);
}

// A pattern's list that a walk still visits once lost topics that were closed meanwhile.
TEST_F(ReaderTest, APatternThatComesBackWithinAWalkHasAllItsTopics) {
  subscribe(0, ">");
  subscribe(1, "a");
  publish("b", "1");
  ASSERT_TRUE(topics().begin_walk());
  topics().leave(person(0));
  topics().leave(person(1));
  subscribe(2, ">");
  while (topics().next().what != visit::kind::over) {
  }
  topics().end_walk(shard().now);
  publish("a", "2");
  walk();
  EXPECT_THAT(received(2), ElementsAre("2"));
}

TEST_F(ReaderTest, OfferingAllRunsAheadOfTheWalk) {
  subscribe(0, "a");
  subscribe(0, "b");
  publish("a", "1");
  publish("b", "2");
  topics().offer_all(person(0));
  take(0);
  EXPECT_THAT(received(0), UnorderedElementsAre("1", "2"));
  publish("a", "3");
  walk();
  EXPECT_THAT(received(0), ElementsAre("3"));
  EXPECT_EQ(topics().count().offered.value(), 3U);
  EXPECT_EQ(topics().count().delivered.value(), 3U);
}

TEST_F(ReaderTest, ASubscriberOfTheOtherLaneGetsTheOtherEncoding) {
  person(1).lane = lane_kind::deflated;
  subscribe(0, "a");
  subscribe(1, "a");
  const std::string raw = test::unit_of("raw");
  const std::string deflated = test::unit_of("deflated");
  encoded both = test::raw_only(raw);
  both.deflated = {deflated};
  both.made.set(index_of(lane_kind::deflated));
  EXPECT_EQ(shard().registry.find("a")->append(both, shard().now).subscribers, 2U);
  walk();
  EXPECT_THAT(received(0), ElementsAre("raw"));
  EXPECT_THAT(received(1), ElementsAre("deflated"));
}

}  // namespace
}  // namespace broadcast_hub::topic
