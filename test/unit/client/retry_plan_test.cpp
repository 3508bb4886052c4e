#include "client/retry_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

std::uint32_t all_zeros() {
  return 0;
}

TEST(RetryPlanTest, ComesBackAfterTheCodesOfTheProtocolAndNoOthers) {
  for (unsigned code = 1000; code < 5000; ++code) {
    const bool expected = code == 1001 || code == 1006 || code == 1011 || code == 1012 ||
                          code == 1013 || (code >= 4000 && code <= 4499);
    EXPECT_EQ(comes_back_after(static_cast<close_code>(code)), expected) << code;
  }
}

TEST(RetryPlanTest, DoublesTheLongestWaitUpToTheBound) {
  retry_plan plan;
  plan.set_bounds(255ms, 1023ms);
  EXPECT_EQ(plan.wait(0, all_zeros), 0ms);
  EXPECT_EQ(plan.wait(5, all_zeros), 0ms);
  const random_source random = system_random();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_LE(plan.wait(0, random), 255ms);
    EXPECT_LE(plan.wait(1, random), 510ms);
    EXPECT_LE(plan.wait(2, random), 1020ms);
    EXPECT_LE(plan.wait(3, random), 1023ms);
    EXPECT_LE(plan.wait(4'000'000'000, random), 1023ms);
  }
}

TEST(RetryPlanTest, UsesTheWholeRange) {
  retry_plan plan;
  plan.set_bounds(1ms, 1024ms);
  const random_source random = system_random();
  auto longest = 0ms;
  for (int i = 0; i < 1000; ++i)
    longest = std::max(longest, plan.wait(10, random));
  EXPECT_GT(longest, 900ms);
}

TEST(RetryPlanTest, CountsAttemptsUntilASessionBegins) {
  retry_plan plan;
  plan.set_bounds(1ms, 10'000ms);
  const random_source random = system_random();
  for (int i = 0; i < 12; ++i)
    plan.next(random);
  auto longest = 0ms;
  for (int i = 0; i < 20; ++i)
    longest = std::max(longest, plan.next(random));
  EXPECT_GT(longest, 1000ms);
  plan.on_session();
  EXPECT_LE(plan.next(random), 1ms);
  EXPECT_LE(plan.next(random), 2ms);
}

TEST(RetryPlanTest, FollowsAByeOnce) {
  retry_plan plan;
  plan.set_bounds(1ms, 1ms);
  plan.on_bye(5000ms, 30'000ms);
  EXPECT_EQ(plan.next(all_zeros), 5000ms);
  EXPECT_LE(plan.next(all_zeros), 1ms);
  plan.on_bye(7ms, 7ms);
  EXPECT_EQ(plan.next([] { return 3U; }), 7ms);
}

TEST(RetryPlanTest, TakesBoundsOfADay) {
  retry_plan plan;
  plan.set_bounds(24h, 24h);
  EXPECT_LE(plan.wait(4'000'000'000, [] { return 0x7fffffffU; }), 24h);
  plan.set_bounds(0ms, 0ms);
  EXPECT_EQ(plan.wait(3, all_zeros), 0ms);
}

}  // namespace
}  // namespace broadcast_hub
