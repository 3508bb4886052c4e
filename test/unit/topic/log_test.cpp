#include "topic/log.hpp"

#include "units.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using test::append;
using test::make_unit;
using test::unit_size_of;

constexpr std::size_t plenty = std::size_t{1} << 30;

TEST(LogTest, OffsetsCountUnitsFromOne) {
  log topic(1, plenty, unit_size_of);
  topic.attach(0);
  EXPECT_EQ(append(topic, make_unit(10)).offset, 1U);
  EXPECT_EQ(append(topic, make_unit(20)).offset, 2U);
  EXPECT_EQ(topic.end().offset, 2U);
  EXPECT_EQ(topic.end().position, 30U);
  EXPECT_EQ(topic.end_position(), 30U);
}

TEST(LogTest, WithoutReadersUnitsAreCountedButNotKept) {
  log topic(2, plenty, unit_size_of);
  const log::append_result result = append(topic, make_unit(100));
  EXPECT_TRUE(result.accepted);
  EXPECT_EQ(result.offset, 1U);
  EXPECT_TRUE(result.wake.none());
  EXPECT_EQ(topic.end().position, 0U);
  EXPECT_EQ(topic.end().offset, 1U);
}

TEST(LogTest, AReaderStartsAtTheEnd) {
  log topic(2, plenty, unit_size_of);
  topic.attach(0);
  append(topic, make_unit(100));
  const log::attachment second = topic.attach(1);
  EXPECT_EQ(second.end.position, 100U);
  EXPECT_EQ(second.end.offset, 1U);
  EXPECT_EQ(second.last->begin(), 0U);
}

TEST(LogTest, HeaderAndPayloadStandBehindEachOther) {
  log topic(1, plenty, unit_size_of);
  const log::attachment start = topic.attach(0);
  const std::string unit = make_unit(30, 'p');
  append(topic, unit);
  EXPECT_EQ(std::string_view(start.last->at(0), 30), unit);
}

TEST(LogTest, SegmentsGrowFromHalfAKibibyteTo64) {
  log topic(1, plenty, unit_size_of);
  std::shared_ptr<segment> part = topic.attach(0).last;
  while (topic.end_position() < 400'000) {
    append(topic, make_unit(64));
  }
  std::vector<std::size_t> sizes;
  for (; part->end() != ~std::uint64_t{0}; part = part->next()) {
    sizes.push_back(part->capacity());
  }
  const std::vector<std::size_t> expected{512,   1024,  2048,  4096,  8192, 16384,
                                          32768, 65536, 65536, 65536, 65536};
  ASSERT_GE(sizes.size(), 10U);
  sizes.resize(std::min(sizes.size(), expected.size()));
  EXPECT_TRUE(std::equal(sizes.begin(), sizes.end(), expected.begin()));
}

TEST(LogTest, AUnitNeverStraddlesTwoSegments) {
  log topic(1, plenty, unit_size_of);
  const std::shared_ptr<segment> first = topic.attach(0).last;
  std::vector<std::uint64_t> begins;
  for (std::size_t i = 0; i < 2000; ++i) {
    begins.push_back(topic.end_position());
    append(topic, make_unit(4 + i % 97));
  }
  begins.push_back(topic.end_position());
  const segment* part = first.get();
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
    while (part->end() <= begins[i]) {
      part = part->next().get();
    }
    EXPECT_LE(begins[i + 1], part->end());
    EXPECT_LE(begins[i + 1], part->begin() + part->capacity());
    EXPECT_EQ(unit_size_of(part->at(begins[i])), begins[i + 1] - begins[i]);
  }
}

TEST(LogTest, AUnitLargerThanASegmentGetsItsOwn) {
  log topic(1, plenty, unit_size_of);
  const std::shared_ptr<segment> first = topic.attach(0).last;
  append(topic, make_unit(100));
  append(topic, make_unit(200'000));
  append(topic, make_unit(100));
  EXPECT_EQ(first->end(), 100U);
  EXPECT_EQ(first->next()->capacity(), 200'000U);
  EXPECT_EQ(first->next()->end(), 200'100U);
  EXPECT_EQ(first->next()->next()->capacity(), log::largest_segment_bytes);
}

TEST(LogTest, AUnitThatJustFitsStaysInItsSegment) {
  log topic(1, plenty, unit_size_of);
  const std::shared_ptr<segment> first = topic.attach(0).last;
  append(topic, make_unit(log::first_segment_bytes));
  EXPECT_EQ(first->end(), ~std::uint64_t{0});
  append(topic, make_unit(test::smallest_unit));
  EXPECT_EQ(first->end(), log::first_segment_bytes);
}

TEST(LogTest, ABacklogThatIsTooLongRefusesAndLeavesNoTrace) {
  log topic(2, 1000, unit_size_of);
  topic.attach(0);
  topic.attach(1);
  EXPECT_TRUE(append(topic, make_unit(600)).accepted);
  topic.finish_reading(0, 600);  // the slowest counts
  EXPECT_TRUE(append(topic, make_unit(400)).accepted);
  const log::append_result refused = append(topic, make_unit(4));
  EXPECT_FALSE(refused.accepted);
  EXPECT_EQ(refused.offset, 0U);
  EXPECT_TRUE(refused.wake.none());
  EXPECT_EQ(topic.end().position, 1000U);
  EXPECT_EQ(topic.end().offset, 2U);
}

TEST(LogTest, ItAcceptsAgainWhenTheSlowestHasRead) {
  log topic(2, 1000, unit_size_of);
  topic.attach(0);
  topic.attach(1);
  append(topic, make_unit(1000));
  ASSERT_FALSE(append(topic, make_unit(4)).accepted);
  topic.finish_reading(0, 1000);
  ASSERT_FALSE(append(topic, make_unit(4)).accepted);
  topic.finish_reading(1, 1000);
  EXPECT_EQ(append(topic, make_unit(1000)).offset, 2U);
}

TEST(LogTest, ADetachedReaderHoldsNobodyBack) {
  log topic(2, 1000, unit_size_of);
  topic.attach(0);
  topic.attach(1);
  append(topic, make_unit(1000));
  topic.finish_reading(0, 1000);
  ASSERT_FALSE(append(topic, make_unit(4)).accepted);
  topic.detach(1);
  EXPECT_TRUE(append(topic, make_unit(4)).accepted);
}

TEST(LogTest, AReaderIsWokenOnceUntilItReads) {
  log topic(3, plenty, unit_size_of);
  topic.attach(0);
  topic.attach(2);
  EXPECT_EQ(append(topic, make_unit(4)).wake.to_ulong(), 0b101U);
  EXPECT_EQ(append(topic, make_unit(4)).wake.to_ulong(), 0U);
  EXPECT_EQ(topic.begin_reading(2).position, 8U);
  EXPECT_EQ(append(topic, make_unit(4)).wake.to_ulong(), 0b100U);
  topic.begin_reading(0);
  topic.begin_reading(2);
  EXPECT_EQ(append(topic, make_unit(4)).wake.to_ulong(), 0b101U);
}

TEST(LogTest, ADetachedReaderIsNotWokenAndAFreshOneIs) {
  log topic(1, plenty, unit_size_of);
  topic.attach(0);
  EXPECT_TRUE(append(topic, make_unit(4)).wake.test(0));
  topic.detach(0);
  EXPECT_FALSE(append(topic, make_unit(4)).wake.test(0));
  topic.attach(0);
  EXPECT_TRUE(append(topic, make_unit(4)).wake.test(0));
}

TEST(LogTest, TheLastReaderOfTheTableIsWokenToo) {
  log topic(log::max_readers, plenty, unit_size_of);
  topic.attach(log::max_readers - 1);
  const log::append_result result = append(topic, make_unit(4));
  EXPECT_EQ(result.wake.count(), 1U);
  EXPECT_TRUE(result.wake.test(log::max_readers - 1));
}

TEST(LogTest, APublicationTellsHowManySubscribersThereAre) {
  log topic(1, plenty, unit_size_of);
  EXPECT_EQ(append(topic, make_unit(4)).subscribers, 0U);
  topic.add_subscriber();
  topic.add_subscriber();
  EXPECT_EQ(append(topic, make_unit(4)).subscribers, 2U);
  topic.remove_subscriber();
  EXPECT_EQ(append(topic, make_unit(4)).subscribers, 1U);
}

}  // namespace
}  // namespace broadcast_hub::topic
