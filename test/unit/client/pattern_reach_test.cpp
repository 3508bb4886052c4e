#include "client/pattern_reach.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace broadcast_hub {
namespace {

TEST(PatternReachTest, TakesEachOnce) {
  pattern_reach reach;
  EXPECT_TRUE(reach.is_new("a", 50));
  EXPECT_FALSE(reach.is_new("a", 50));
  EXPECT_TRUE(reach.is_new("a", 51));
  EXPECT_FALSE(reach.is_new("a", 51));
  EXPECT_FALSE(reach.is_new("a", 50));
  EXPECT_TRUE(reach.is_new("b", 50));
}

TEST(PatternReachTest, TakesGaps) {
  pattern_reach reach;
  for (const std::uint64_t offset : {3U, 9U, 20U, 21U, 30U, 31U})
    EXPECT_TRUE(reach.is_new("a", offset)) << offset;
}

TEST(PatternReachTest, LosesNothingBehindANewestOneThatCameFirst) {
  pattern_reach reach;
  EXPECT_TRUE(reach.is_new("a", 92));
  EXPECT_TRUE(reach.is_new("a", 93));
  EXPECT_TRUE(reach.is_new("a", 107));
  for (std::uint64_t offset = 94; offset < 107; ++offset)
    EXPECT_TRUE(reach.is_new("a", offset)) << offset;
  EXPECT_FALSE(reach.is_new("a", 107));
  EXPECT_TRUE(reach.is_new("a", 108));
}

TEST(PatternReachTest, BeginsAnewWhenItForgets) {
  pattern_reach reach;
  EXPECT_TRUE(reach.is_new("a", 50));
  reach.forget();
  EXPECT_TRUE(reach.is_new("a", 2));
}

TEST(PatternReachTest, RemembersNoMoreThanSoManyTopics) {
  pattern_reach reach;
  for (std::size_t i = 0; i < pattern_reach::max_topics; ++i)
    ASSERT_TRUE(reach.is_new(std::to_string(i), 1));
  EXPECT_FALSE(reach.is_new("0", 1));
  EXPECT_TRUE(reach.is_new("one more", 1));
  EXPECT_TRUE(reach.is_new("one more", 1));
}

}  // namespace
}  // namespace broadcast_hub
