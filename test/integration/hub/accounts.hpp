#pragma once

#include "support/raw_client.hpp"

#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <cstdint>

namespace broadcast_hub::test {

/// Pairs of a publication and a subscriber that have come to an end.
inline std::uint64_t done_pairs(const hub_stats& stats) {
  return stats.deliveries + stats.dropped_oldest + stats.dropped_superseded + stats.dropped_at_end;
}

/// Waits until all pairs have come to an end: `before` of an earlier moment of rest, and those that
/// publishers have been told of since. While nobody comes or goes they are all offered; nobody but
/// these publishers may publish.
inline void expect_accounts_settle(const hub& hub, const hub_stats& before,
                                   std::uint64_t published_pairs) {
  EXPECT_TRUE(
      eventually([&] { return done_pairs(hub.stats()) >= done_pairs(before) + published_pairs; }));
  const hub_stats after = hub.stats();
  EXPECT_EQ(after.offered - before.offered, published_pairs);
  EXPECT_EQ(done_pairs(after) - done_pairs(before), published_pairs);
  EXPECT_EQ(after.pending, 0U);
}

}  // namespace broadcast_hub::test
