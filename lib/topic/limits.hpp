#pragma once

#include "base/clock.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace broadcast_hub::topic {

/// Calls `look(options)` for the defaults and for each rule.
template <typename Look>
void for_each_options(const topics_options& options, Look look) {
  look(options.defaults);
  for (const topic_rule& rule : options.rules)
    look(rule.options);
}

/// The most that a subscriber of any topic may be behind, in bytes: also what the largest
/// publication may have.
inline std::size_t largest_lag_bytes(const topics_options& options) {
  std::size_t largest = 0;
  for_each_options(
      options, [&](const topic_options& each) { largest = std::max(largest, each.max_lag_bytes); });
  return largest;
}

/// @name What a history's options mean
/// @{
inline constexpr std::size_t most_publications_kept = 1'000'000;

inline bool keeps_history(const history_options& options) noexcept {
  return options.max_publications > 0 || options.max_age.count() > 0 || options.max_bytes > 0;
}
inline std::size_t publications_kept(const history_options& options) noexcept {
  return options.max_publications == 0 ? most_publications_kept : options.max_publications;
}
inline std::size_t bytes_kept(const history_options& options) noexcept {
  constexpr std::size_t unless_said = std::size_t{1024} * 1024;
  return options.max_bytes == 0 ? unless_said : options.max_bytes;
}

/// What a topic keeps where only the newest counts, and no history is wanted.
inline constexpr history_options newest_only{1, std::chrono::milliseconds(0), SIZE_MAX};
/// @}

}  // namespace broadcast_hub::topic
