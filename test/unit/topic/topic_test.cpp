#include "topic_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using outcome = topic::append_result::outcome;
using test::make_unit;
using test::raw_only;

constexpr std::uint64_t ample = 1'000'000;

class TopicTest : public test::topic_fixture {};

TEST_F(TopicTest, OffsetsCountFromOne) {
  EXPECT_EQ(append(10).offset, 1U);
  EXPECT_EQ(append(10).offset, 2U);
  EXPECT_EQ(the().offset(), 2U);
  EXPECT_EQ(the().published(), 2U);
  EXPECT_EQ(the().epoch(), 77U);
}

TEST_F(TopicTest, WithoutReadersNothingIsStored) {
  append(1000);
  EXPECT_EQ(budget_.used(), 0U);
  EXPECT_EQ(the().end(lane_kind::raw).at.position, 0U);
}

class TopicRoomTest : public TopicTest, public testing::WithParamInterface<std::size_t> {};

// Three units of 16 KiB with their headers once took a segment of 64 KiB, a third more than they
// are.
TEST_P(TopicRoomTest, UnitsThatAreAlikeLeaveNoneUnused) {
  environment_.max_backlog_bytes = 1'000'000;
  the().attach(lane_kind::raw, 0);
  std::size_t bytes = 0;
  for (; bytes < 800'000; bytes += GetParam())
    ASSERT_EQ(append(GetParam()).what, outcome::appended);
  EXPECT_GE(budget_.used(), bytes);
  EXPECT_LE(budget_.used(), bytes + bytes / 50 + segment::largest);
}

INSTANTIATE_TEST_SUITE_P(Units, TopicRoomTest, testing::Values(100, 1'028, 16'388, 40'000));

TEST_F(TopicTest, AReaderIsWokenOnceUntilItReads) {
  the().attach(lane_kind::raw, 1);
  EXPECT_EQ(append(10).wake.to_string().find('1'), max_readers - 2);
  EXPECT_TRUE(append(10).wake.none());
  ASSERT_EQ(inboxes_[1].first().from.get(), &the());
  inboxes_[1].drop_first();
  EXPECT_EQ(inboxes_[1].first().from, nullptr);
  EXPECT_TRUE(append(10).wake.none());  // it has been told, and has not read yet
  the().begin_reading(lane_kind::raw, 1);
  EXPECT_TRUE(append(10).wake.test(1));
}

TEST_F(TopicTest, AShardWithOtherNewsIsNotWokenAgain) {
  topic other("other", options_, 1, 0, environment_);
  const auto shared_other = std::make_shared<topic>("other", options_, 1, 0, environment_);
  the().attach(lane_kind::raw, 0);
  shared_other->attach(lane_kind::raw, 0);
  EXPECT_TRUE(append(10).wake.test(0));
  EXPECT_TRUE(shared_other->append(raw_only(make_unit(10)), now_).wake.none());
}

TEST_F(TopicTest, EveryLaneHasItsOwnEncoding) {
  the().attach(lane_kind::raw, 0);
  the().attach(lane_kind::deflated, 1);
  EXPECT_EQ(append(100).what, outcome::needs_more);
  EXPECT_EQ(the().offset(), 0U);
  const std::string raw = make_unit(100);
  const std::string small = make_unit(20);
  encoded both = raw_only(raw);
  both.deflated = {small};
  both.made.set(index_of(lane_kind::deflated));
  EXPECT_EQ(the().append(both, now_).offset, 1U);
  EXPECT_EQ(the().end(lane_kind::raw).at.position, 100U);
  EXPECT_EQ(the().end(lane_kind::deflated).at.position, 20U);
  both.deflated = {};  // not worth it
  the().append(both, now_);
  EXPECT_EQ(the().end(lane_kind::deflated).at.position, 120U);
  EXPECT_EQ(the().end(lane_kind::deflated).at.offset, 2U);
  the().detach(lane_kind::deflated, 1);
  EXPECT_EQ(append(100).what, outcome::appended);
}

// Compressing costs far more than being refused.
TEST_F(TopicTest, NobodyIsAskedToDeflateWhatIsRefusedAnyway) {
  options_.max_lag_bytes = 100'000;
  the().attach(lane_kind::deflated, 0);
  EXPECT_EQ(append(100'001).what, outcome::too_big);
  const std::string most = make_unit(60'000);
  encoded tried = raw_only(most);
  tried.made.set(index_of(lane_kind::deflated));
  EXPECT_EQ(the().append(tried, now_).what, outcome::appended);
  EXPECT_EQ(append(60'000).what, outcome::overloaded);
  EXPECT_EQ(append(100).what, outcome::needs_more);
}

TEST_F(TopicTest, AShardThatIsTooFarBehindStopsThePublishers) {
  options_.max_lag_bytes = 1'000'000;
  the().attach(lane_kind::raw, 0);
  EXPECT_EQ(append(60'000).what, outcome::appended);
  EXPECT_EQ(append(60'000).what, outcome::overloaded);
  EXPECT_EQ(the().offset(), 1U);
  the().begin_reading(lane_kind::raw, 0);
  EXPECT_TRUE(the().finish_reading(lane_kind::raw, 0, 60'000, 0));
  EXPECT_EQ(append(60'000).what, outcome::appended);
}

TEST_F(TopicTest, ASpentBudgetStopsThePublishersUntilThereIsRoom) {
  the().attach(lane_kind::raw, 0);
  budget_.take(1'000'000);
  EXPECT_EQ(append(10).what, outcome::appended);  // its segment has room
  EXPECT_EQ(append(1000).what, outcome::overloaded);
  EXPECT_FALSE(the().finish_reading(lane_kind::raw, 0, 0, 0));
  budget_.give_back(1'000'000);
  EXPECT_TRUE(the().finish_reading(lane_kind::raw, 0, 0, 0));
  EXPECT_FALSE(the().finish_reading(lane_kind::raw, 0, 0, 0));  // said once
}

TEST_F(TopicTest, WhatASubscriberCouldNeverBeBehindIsTooBig) {
  options_.max_lag_bytes = 1024;
  EXPECT_EQ(append(1024).what, outcome::appended);
  EXPECT_EQ(append(1025).what, outcome::too_big);
}

TEST_F(TopicTest, TheLagIsThatOfTheSlowest) {
  the().attach(lane_kind::raw, 0);
  the().attach(lane_kind::raw, 1);
  append(100);
  EXPECT_EQ(append(100).lag_bytes, 100U);
  the().finish_reading(lane_kind::raw, 0, 200, 0);
  EXPECT_EQ(append(100).lag_bytes, 200U);
  the().finish_reading(lane_kind::raw, 0, 300, 0);
  the().finish_reading(lane_kind::raw, 1, 300, 250);
  EXPECT_EQ(append(100).lag_bytes, 250U);
}

TEST_F(TopicTest, PublishersMayGoOnWhenTheLagIsAQuarter) {
  options_.max_lag_bytes = 1000;
  the().attach(lane_kind::raw, 0);
  append(100);
  EXPECT_FALSE(the().finish_reading(lane_kind::raw, 0, 100, 0));  // nobody found it congested
  the().finish_reading(lane_kind::raw, 0, 100, 500);
  EXPECT_EQ(append(100).lag_bytes, 500U);
  EXPECT_FALSE(the().finish_reading(lane_kind::raw, 0, 200, 251));
  EXPECT_TRUE(the().finish_reading(lane_kind::raw, 0, 200, 250));
}

TEST_F(TopicTest, AReaderBeginsWhereItWasAttached) {
  the().attach(lane_kind::raw, 0);
  append(100);
  EXPECT_TRUE(the().attach(lane_kind::raw, 1));
  append(50);
  EXPECT_TRUE(the().attach(lane_kind::raw, 1));  // no second time
  const cursor start = the().claim(lane_kind::raw, 1).start;
  EXPECT_EQ(start.position, 100U);
  EXPECT_EQ(start.offset, 1U);
}

TEST_F(TopicTest, SubscribersThatWerePresumedGoWhenTheReaderCountsItself) {
  the().attach(lane_kind::raw, 0);
  the().introduce(lane_kind::raw, 0, 5);
  EXPECT_EQ(append(10).subscribers, 5U);
  const lane::claimed place = the().claim(lane_kind::raw, 0);
  EXPECT_EQ(place.presumed, 5U);
  EXPECT_EQ(the().subscribers(), 5U);  // not fewer until they are counted
  the().replace_presumed(place.presumed, 4);
  EXPECT_EQ(append(10).subscribers, 4U);
  the().attach(lane_kind::raw, 1);
  the().introduce(lane_kind::raw, 1, 3);
  the().detach(lane_kind::raw, 1);
  EXPECT_EQ(the().subscribers(), 4U);
}

TEST_F(TopicTest, RetiresWhenNobodyHasUsedItForAWhile) {
  the().attach(lane_kind::raw, 0);
  EXPECT_FALSE(the().sweep(now_, 60s).retired);
  EXPECT_FALSE(the().sweep(now_ + 1h, 60s).retired);
  the().detach(lane_kind::raw, 0);
  EXPECT_FALSE(the().sweep(now_ + 2h, 60s).retired);  // used since the last sweep
  EXPECT_FALSE(the().sweep(now_ + 2h + 59s, 60s).retired);
  append(10);
  EXPECT_FALSE(the().sweep(now_ + 2h + 60s, 60s).retired);
  EXPECT_TRUE(the().sweep(now_ + 2h + 120s, 60s).retired);
  EXPECT_EQ(append(10).what, outcome::retired);
  EXPECT_FALSE(the().attach(lane_kind::raw, 0));
}

// Whoever waits for publishers to go on would wait for ever.
TEST_F(TopicTest, TellsThatItHasDrainedBeforeItRetires) {
  the().attach(lane_kind::raw, 0);
  budget_.take(1'000'000);
  EXPECT_EQ(append(1000).what, outcome::overloaded);
  the().detach(lane_kind::raw, 0);
  budget_.give_back(1'000'000);
  const topic::swept swept = the().sweep(now_, 0s);
  EXPECT_TRUE(swept.retired || the().sweep(now_, 0s).retired);
  EXPECT_TRUE(swept.drained);
}

TEST_F(TopicTest, HistoryKeepsItAlive) {
  options_.history.max_publications = 10;
  options_.history.max_age = 10min;
  append(10);
  EXPECT_FALSE(the().sweep(now_, 60s).retired);
  EXPECT_FALSE(the().sweep(now_ + 9min, 60s).retired);
  EXPECT_FALSE(the().sweep(now_ + 10min, 60s).retired);
  EXPECT_TRUE(the().sweep(now_ + 11min, 60s).retired);
}

TEST_F(TopicTest, HistoryAnswersFromAnyOffset) {
  options_.history.max_publications = 5;
  for (int i = 0; i < 8; ++i)
    append(10);
  const auto offsets = [&](std::uint64_t since, std::size_t limit) {
    std::string text;
    const topic::past past = the().read_history(since, limit, ample, now_);
    EXPECT_EQ(past.newest, 8U);
    for (const past_unit& each : past.units)
      text += std::to_string(each.offset) + " ";
    return text + (past.complete ? "complete" : "with a gap");
  };
  EXPECT_EQ(offsets(3, 100), "4 5 6 7 8 complete");
  EXPECT_EQ(offsets(2, 100), "4 5 6 7 8 with a gap");
  EXPECT_EQ(offsets(0, 2), "4 5 with a gap");
  EXPECT_EQ(offsets(6, 1), "7 complete");
  EXPECT_EQ(offsets(8, 100), "complete");
  EXPECT_EQ(offsets(9, 100), "with a gap");  // from another life of the topic
}

TEST_F(TopicTest, AHistoryGivesWayWhenMemoryIsShort) {
  options_.history.max_publications = 8;
  for (int i = 0; i < 8; ++i)
    append(10);
  budget_.take(900'000);
  the().sweep(now_, 60s);
  EXPECT_EQ(the().read_history(0, 100, ample, now_).units.size(), 4U);
  the().sweep(now_, 60s);
  the().sweep(now_, 60s);
  EXPECT_EQ(the().read_history(0, 100, ample, now_).units.size(), 1U);
  the().forget_newest();
  EXPECT_EQ(the().read_history(0, 100, ample, now_).units.size(), 0U);
}

}  // namespace
}  // namespace broadcast_hub::topic
