#include "client/retry_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

std::uint32_t all_zeros() {
  return 0;
}

// Once a relay's plain close, a bad gateway and a failed handshake of TLS ended clients for good.
TEST(RetryPlanTest, ComesBackAfterAllCodesThatAreNotFinal) {
  const std::set<unsigned> final_ones = {1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003};
  for (unsigned code = 1000; code < 5000; ++code) {
    const bool expected = !final_ones.contains(code) && code < 4500;
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

/// Draws the longest waits.
class RetryPlanCountTest : public testing::Test {
 protected:
  /// Number `attempt` is the first whose wait may be so long.
  static std::chrono::milliseconds longest(unsigned attempt) {
    return std::chrono::milliseconds(1U << attempt);
  }

  /// The longest wait before the next attempt, of many plans that were in the same situation.
  template <typename Situation>
  static std::chrono::milliseconds drawn(Situation situation) {
    const random_source random = system_random();
    auto most = 0ms;
    for (int i = 0; i < 500; ++i) {
      retry_plan plan;
      plan.set_bounds(1ms, 16'384ms);
      for (int attempt = 0; attempt < 10; ++attempt)
        plan.next(random);
      situation(plan);
      most = std::max(most, plan.next(random));
    }
    return most;
  }

  static constexpr time_point start{};
};

TEST_F(RetryPlanCountTest, GoesOnWhileNoSessionHasLasted) {
  EXPECT_GT(drawn([](retry_plan&) {}), longest(9));
  const auto greeted_and_closed = [](retry_plan& plan) {
    plan.on_session(start);
    plan.on_lost(start + 9'999ms);
    plan.on_lost(start + 1h);
  };
  EXPECT_GT(drawn(greeted_and_closed), longest(9));
}

TEST_F(RetryPlanCountTest, BeginsAnewAfterASessionThatLasted) {
  const auto lasted = [](retry_plan& plan) {
    plan.on_session(start);
    plan.on_lost(start + 10s);
  };
  EXPECT_LE(drawn(lasted), longest(0));
}

TEST_F(RetryPlanCountTest, TakesTheLargerBoundForLongEnoughWhenItIsShorter) {
  const auto lasted = [](retry_plan& plan) {
    plan.set_bounds(1ms, 2'000ms);
    plan.on_session(start);
    plan.on_lost(start + 2s);
  };
  EXPECT_LE(drawn(lasted), longest(0));
}

TEST_F(RetryPlanCountTest, IsNotChangedByAByeWait) {
  const auto sent_away = [](retry_plan& plan) {
    plan.on_bye(5ms, 10ms);
    plan.next(all_zeros);
  };
  EXPECT_GT(drawn(sent_away), longest(9));
  EXPECT_LE(drawn(sent_away), longest(10));
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
