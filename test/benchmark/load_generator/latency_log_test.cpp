#include "load_generator/latency_log.hpp"

#include <gtest/gtest.h>

namespace broadcast_hub::benchmark {
namespace {

using std::chrono::nanoseconds;

TEST(LatencyLogTest, TakesTheNearestRank) {
  latency_log log;
  for (int time = 100; time > 0; --time) {
    log.add(nanoseconds(time));
  }
  EXPECT_EQ(log.quantile(0), nanoseconds(1));
  EXPECT_EQ(log.quantile(0.5), nanoseconds(50));
  EXPECT_EQ(log.quantile(0.99), nanoseconds(99));
  EXPECT_EQ(log.quantile(1), nanoseconds(100));
}

TEST(LatencyLogTest, OneTimeIsEveryQuantile) {
  latency_log log;
  log.add(nanoseconds(7));
  EXPECT_EQ(log.quantile(0.01), nanoseconds(7));
  EXPECT_EQ(log.quantile(0.99), nanoseconds(7));
}

}  // namespace
}  // namespace broadcast_hub::benchmark
