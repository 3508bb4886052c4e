// What the application and publishers hear of subscribers that do not keep up.

#include "slow_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class LagReportTest : public test::slow_fixture {};

TEST_F(LagReportTest, TheApplicationIsToldOnceUntilItHasCaughtUp) {
  begin(slow_consumer_policy::disconnect);
  for (int i = 0; i < 5; ++i)
    publish_unread(hundred);
  judged();
  EXPECT_EQ(reports(), 0U);
  publish_unread("");
  judged();
  const auto told = topics().take_slow_reports();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].slot, 0U);
  EXPECT_EQ(told[0].from->name(), "a");
  EXPECT_EQ(told[0].lag, 504U);
  publish_unread(hundred);
  judged();
  EXPECT_EQ(reports(), 0U);
  take(0);
  for (int i = 0; i < 6; ++i)
    publish_unread(hundred);
  judged();
  EXPECT_EQ(reports(), 1U);
}

TEST_F(LagReportTest, PublishersHearOfTheLagAndOfItsEnd) {
  begin(slow_consumer_policy::disconnect);
  for (int i = 0; i < 6; ++i)
    publish_unread(hundred);
  publish("a", "");
  shard().walk([&](const visit& next) {
    topics().offer_walk(person(next.slot));
    person(0).note_lag();
  });
  EXPECT_GE(publish("a", "").lag_bytes, 600U);
  EXPECT_THAT(drained(), IsEmpty());
  walk();
  take(0);
  EXPECT_THAT(drained(), ElementsAre("a"));
  walk();
  EXPECT_LE(publish("a", "").lag_bytes, 8U);
}

// Nothing more is published, so that no walk tells them.
TEST_F(LagReportTest, PublishersHearOfTheEndOfALagOnAQuietTopic) {
  begin(slow_consumer_policy::disconnect);
  subscribe(1, "a");
  for (int i = 0; i < 6; ++i)
    publish_unread(hundred);
  patrol();
  EXPECT_GE(publish("a", "").lag_bytes, 600U);
  walk(0);
  take(1);  // the other one is as far behind as before
  patrol();
  EXPECT_THAT(drained(), IsEmpty());
  take(0, 500);  // not quite up to date, but near enough
  EXPECT_THAT(drained(), IsEmpty());
  patrol();
  EXPECT_THAT(drained(), ElementsAre("a"));
  patrol();
  EXPECT_THAT(drained(), IsEmpty());
}

TEST_F(LagReportTest, PublishersHearWhatAPolicyHasSkippedOnAQuietTopic) {
  begin(slow_consumer_policy::drop_oldest);
  for (int i = 0; i < 6; ++i)
    publish_unread(hundred);
  patrol();
  EXPECT_GE(publish("a", "").lag_bytes, 600U);
  walk(0);
  shard().now += 11s;
  patrol();
  EXPECT_THAT(drained(), ElementsAre("a"));
}

TEST_F(LagReportTest, PublishersDoNotWaitForTheNewestThatIsTooOld) {
  begin(slow_consumer_policy::drop_oldest);
  for (int i = 0; i < 2; ++i)
    publish_unread(hundred + hundred + hundred + hundred);
  patrol();
  EXPECT_GE(publish("a", hundred + hundred + hundred).lag_bytes, 700U);
  walk(0);
  shard().now += 11s;
  patrol();
  EXPECT_THAT(drained(), ElementsAre("a"));
}

// Between two slices the place of those who were visited is ahead of the place of the others.
TEST_F(LagReportTest, APatrolWithinAWalkTellsNothingOfIt) {
  begin(slow_consumer_policy::disconnect, 10'000);
  publish_unread(hundred);
  patrol();
  EXPECT_EQ(publish("a", hundred).lag_bytes, 100U);
  shard().walk([&](const visit& next) {
    topics().offer_walk(person(next.slot));
    patrol();
    EXPECT_EQ(publish("a", "").lag_bytes, 200U);
  });
}

TEST_F(LagReportTest, WhoLeavesIsNotWaitedFor) {
  begin(slow_consumer_policy::disconnect);
  subscribe(1, "b");
  for (int i = 0; i < 6; ++i)
    publish_unread(hundred);
  patrol();
  EXPECT_GE(publish("a", "").lag_bytes, 600U);
  topics().leave(person(0));
  EXPECT_THAT(drained(), ElementsAre("a"));
  patrol();  // the topic is not looked at any more
}

}  // namespace
}  // namespace broadcast_hub::topic
