#include "base/random.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <vector>

namespace broadcast_hub {
namespace {

random_source from_list(std::vector<std::uint32_t> numbers) {
  return [numbers, at = std::size_t{0}]() mutable { return numbers.at(at++); };
}

TEST(RandomTest, StaysWithinTheBound) {
  const random_source random = system_random();
  for (int i = 0; i < 1000; ++i)
    ASSERT_LE(random_up_to(2, random), 2U);
  EXPECT_EQ(random_up_to(0, random), 0U);
}

TEST(RandomTest, ReachesBothEnds) {
  const random_source random = system_random();
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(random_up_to(2, random));
  EXPECT_EQ(seen.size(), 3U);
}

TEST(RandomTest, HasAllBits) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(random_up_to(largest, from_list({0xffffffff, 0xffffffff})), largest);
}

TEST(RandomTest, AsksAgainInTheLastIncompleteRound) {
  EXPECT_EQ(random_up_to(9, from_list({0xffffffff, 0xffffffff, 0, 7})), 7U);
}

TEST(RandomTest, DiffersFromCallToCall) {
  const random_source random = system_random();
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 16; ++i)
    seen.insert(random());
  EXPECT_GT(seen.size(), 8U);
}

}  // namespace
}  // namespace broadcast_hub
