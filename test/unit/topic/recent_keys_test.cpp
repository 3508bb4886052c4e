#include "topic/recent_keys.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;

TEST(RecentKeysTest, FindsWhatWasAdded) {
  memory_budget memory{10'000'000};
  recent_keys keys(memory);
  EXPECT_EQ(keys.find("a"), 0U);
  keys.add("a", 7, time_point(1s));
  keys.add("b", 8, time_point(1s));
  EXPECT_EQ(keys.find("a"), 7U);
  EXPECT_EQ(keys.find("b"), 8U);
  EXPECT_EQ(keys.find("c"), 0U);
}

TEST(RecentKeysTest, ForgetsWhatIsOlder) {
  memory_budget memory{10'000'000};
  recent_keys keys(memory);
  keys.add("a", 1, time_point(1s));
  keys.add("b", 2, time_point(2s));
  keys.forget_before(time_point(1s));
  EXPECT_EQ(keys.find("a"), 1U);
  keys.forget_before(time_point(2s));
  EXPECT_EQ(keys.find("a"), 0U);
  EXPECT_EQ(keys.find("b"), 2U);
  keys.forget_before(time_point(3s));
  EXPECT_TRUE(keys.empty());
}

TEST(RecentKeysTest, HoldsNoMoreThanItsMost) {
  memory_budget memory{10'000'000};
  recent_keys keys(memory);
  for (std::size_t i = 0; i <= recent_keys::most; ++i)
    keys.add("a rather long key, of more than a few bytes " + std::to_string(i), i + 1,
             time_point(1s));
  EXPECT_EQ(keys.find("a rather long key, of more than a few bytes 0"), 0U);
  EXPECT_EQ(keys.find("a rather long key, of more than a few bytes 1"), 2U);
  EXPECT_EQ(keys.find("a rather long key, of more than a few bytes 10000"), 10'001U);
}

TEST(RecentKeysTest, CountsAgainstTheBudgetAndGivesWay) {
  memory_budget memory{100'000};
  {
    recent_keys keys(memory);
    for (int i = 1; i <= 300; ++i)
      keys.add("key " + std::to_string(i), static_cast<std::uint64_t>(i), time_point(1s));
    EXPECT_GT(memory.used(), 30'000U);
    memory.take(50'000);
    keys.add("one more", 301, time_point(1s));
    EXPECT_EQ(keys.find("key 1"), 0U);
    EXPECT_EQ(keys.find("key 300"), 300U);
    EXPECT_EQ(keys.find("one more"), 301U);
  }
  EXPECT_EQ(memory.used(), 50'000U);
}

}  // namespace
}  // namespace broadcast_hub::topic
