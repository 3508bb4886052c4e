#include "fan_out_world.hpp"
#include "support/base_seed.hpp"
#include "support/sanitizers.hpp"

#include <gtest/gtest.h>

namespace broadcast_hub::session {
namespace {

// A million steps in all.
constexpr unsigned worlds = broadcast_hub::test::with_thread_sanitizer ? 50 : 500;

TEST(FanOutModelTest, EverybodyGetsWhatTheReferenceSays) {
  test::happenings all;
  const unsigned base = broadcast_hub::test::base_seed();
  for (unsigned seed = base; seed < base + worlds; ++seed) {
    test::world one(seed);
    one.run(2000);
    if (testing::Test::HasFailure()) {
      FAIL() << "seed " << seed;
    }
    one.add_to(all);
  }
  EXPECT_GT(all.dropped_oldest, 0U);
  EXPECT_GT(all.dropped_superseded, 0U);
  EXPECT_GT(all.dropped_at_end, 0U);
  EXPECT_GT(all.disconnected, 0U);
}

}  // namespace
}  // namespace broadcast_hub::session
