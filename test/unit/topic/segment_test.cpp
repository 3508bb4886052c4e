#include "topic/segment.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic {
namespace {

memory_budget budget{1'000'000'000};

constexpr auto open_end = std::numeric_limits<std::uint64_t>::max();

TEST(SegmentTest, ASegmentCountsFromItsBegin) {
  const auto made = segment::make(1000, 7, 16, budget);
  segment& part = *made;
  EXPECT_EQ(part.units_before(), 7U);
  EXPECT_EQ(part.begin(), 1000U);
  EXPECT_EQ(part.end(), open_end);
  EXPECT_EQ(part.capacity(), 16U);
  EXPECT_EQ(part.room(1000), 16U);
  EXPECT_EQ(part.room(1010), 6U);
  part.write(1000, "hello ");
  part.write(1006, "world");
  EXPECT_EQ(std::string_view(part.at(1000), 11), "hello world");
  EXPECT_EQ(*part.at(1006), 'w');
}

TEST(SegmentTest, SealingTellsWhereTheNextOneBegins) {
  const auto made = segment::make(0, 0, 16, budget);
  segment& part = *made;
  const auto next = segment::make(12, 0, 16, budget);
  part.seal(next);
  EXPECT_EQ(part.end(), 12U);
  EXPECT_EQ(part.next(), next);
}

// Recursion would need a stack frame for each segment.
TEST(SegmentTest, ALongChainIsDestroyedWithoutRecursion) {
  constexpr std::uint64_t length = 200'000;
  auto first = segment::make(0, 0, 1, budget);
  auto last = first;
  for (std::uint64_t i = 1; i < length; ++i) {
    auto next = segment::make(i, 0, 1, budget);
    last->seal(next);
    last = std::move(next);
  }
  const std::weak_ptr<segment> watched = last;
  last.reset();
  EXPECT_FALSE(watched.expired());
  first.reset();
  EXPECT_TRUE(watched.expired());
}

TEST(SegmentTest, WhoeverHoldsASegmentHoldsAllThatFollow) {
  std::vector<std::shared_ptr<segment>> chain;
  std::vector<std::weak_ptr<segment>> watched;
  for (std::uint64_t i = 0; i < 5; ++i) {
    chain.push_back(segment::make(i, 0, 1, budget));
    watched.emplace_back(chain.back());
    if (i > 0) {
      chain[i - 1]->seal(chain[i]);
    }
  }
  const std::shared_ptr<segment> third = chain[2];
  chain.clear();
  EXPECT_TRUE(watched[0].expired());
  EXPECT_TRUE(watched[1].expired());
  EXPECT_FALSE(watched[2].expired());
  EXPECT_FALSE(watched[4].expired());
}

TEST(SegmentTest, TheBytesOfOneSegmentKeepNoOther) {
  auto first = segment::make(0, 0, 4, budget);
  auto second = segment::make(4, 0, 4, budget);
  const std::weak_ptr<segment> watched = second;
  first->write(0, "abcd");
  first->seal(std::move(second));
  const std::shared_ptr<const char[]> bytes = first->bytes();
  first.reset();
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(std::string_view(bytes.get(), 4), "abcd");
}

TEST(SegmentTest, ItsBytesCountAgainstTheBudgetAsLongAsSomebodyHoldsThem) {
  memory_budget own(10'000);
  auto part = segment::make(0, 0, 4096, own);
  EXPECT_GE(own.used(), 4096U);
  const std::shared_ptr<const char[]> bytes = part->bytes();
  part.reset();
  EXPECT_GE(own.used(), 4096U);
}

TEST(SegmentTest, ABudgetGetsBackWhatWasTaken) {
  memory_budget own(10'000);
  segment::make(0, 0, 8000, own);
  EXPECT_EQ(own.used(), 0U);
  EXPECT_TRUE(own.has_room_for(10'000));
  EXPECT_FALSE(own.has_room_for(10'001));
  EXPECT_FALSE(own.tight());
  own.take(7501);
  EXPECT_TRUE(own.tight());
}

}  // namespace
}  // namespace broadcast_hub::topic
