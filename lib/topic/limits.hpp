#pragma once

#include "base/clock.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <algorithm>
#include <cstddef>

namespace broadcast_hub::topic {

/// The most that a subscriber of any topic may be behind, in bytes: also what the largest
/// publication may have.
inline std::size_t largest_lag_bytes(const topics_options& options) {
  std::size_t largest = options.defaults.max_lag_bytes;
  for (const topic_rule& rule : options.rules)
    largest = std::max(largest, rule.options.max_lag_bytes);
  return largest;
}

/// The longest `max_lag` of any topic.
inline duration longest_lag(const topics_options& options) {
  duration longest = options.defaults.max_lag;
  for (const topic_rule& rule : options.rules)
    longest = std::max<duration>(longest, rule.options.max_lag);
  return longest;
}

}  // namespace broadcast_hub::topic
