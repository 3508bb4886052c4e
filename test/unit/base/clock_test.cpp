#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

namespace broadcast_hub {
namespace {

#ifdef CLOCK_BOOTTIME

std::chrono::nanoseconds since_boot() {
  timespec now{};
  EXPECT_EQ(::clock_gettime(CLOCK_BOOTTIME, &now), 0);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// A suspend cannot be had in a test, so this looks at which clock of the system is read.
TEST(ClockTest, BeyondSuspendsItIsTheTimeSinceTheSystemWasBooted) {
  const auto before = since_boot();
  const auto between = now_beyond_suspends().time_since_epoch();
  EXPECT_LE(before, between);
  EXPECT_LE(between, since_boot());
}

#endif

TEST(ClockTest, BeyondSuspendsItDoesNotGoBack) {
  time_point last = now_beyond_suspends();
  for (int i = 0; i < 1000; ++i) {
    const time_point next = now_beyond_suspends();
    EXPECT_LE(last, next);
    last = next;
  }
}

}  // namespace
}  // namespace broadcast_hub
