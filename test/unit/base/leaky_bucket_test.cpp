#include "base/leaky_bucket.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

class LeakyBucketTest : public testing::Test {
 protected:
  static constexpr std::uint32_t most = 30;

  bool add(duration later = 0s) {
    now_ += later;
    return bucket_.add(now_, most);
  }

  /// How many pass, one after the other at this distance, before one does not; at most 10,000.
  int passed(duration distance) {
    int count = 0;
    while (count < 10'000 && !add(distance))
      ++count;
    return count;
  }

  time_point now_{100h};
  leaky_bucket bucket_;
};

TEST_F(LeakyBucketTest, RunsOverAfterSoManyAtOnce) {
  EXPECT_EQ(passed(0s), 30);
  EXPECT_TRUE(add());
}

TEST_F(LeakyBucketTest, SoManyInAMinutePassForEver) {
  EXPECT_EQ(passed(2s), 10'000);
}

TEST_F(LeakyBucketTest, MoreDoNot) {
  EXPECT_LT(passed(1s), 62);  // half of each runs out meanwhile
}

TEST_F(LeakyBucketTest, IsEmptyAfterAMinute) {
  EXPECT_EQ(passed(0s), 30);
  EXPECT_FALSE(add(62s));  // the one that ran over counts, too
  EXPECT_EQ(passed(0s), 29);
}

// A count for each minute would let sixty pass here.
TEST_F(LeakyBucketTest, TheTurnOfAMinuteHelpsNobody) {
  now_ = time_point(100h + 59s);
  EXPECT_EQ(passed(0s), 30);
  EXPECT_TRUE(add(2s));
}

}  // namespace
}  // namespace broadcast_hub
