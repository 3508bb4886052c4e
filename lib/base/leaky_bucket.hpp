#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace broadcast_hub {

/// Whether something happens too often: each time fills a bucket by one, and it runs out evenly, so
/// that a full one is empty after a minute. Unlike a count that begins anew with each minute it
/// does not let twice as many pass around the turn of one.
class leaky_bucket {
 public:
  /// Once more, at a time that is not before the last one. Returns whether it runs over, which it
  /// does after `most` at once, and in the long run after more than `most` in a minute.
  bool add(time_point now, std::uint32_t most) noexcept {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    const auto second = static_cast<std::uint32_t>(since.count());
    const std::uint32_t passed = second - std::exchange(second_, second);
    constexpr float minute = 60;
    const float ran_out = static_cast<float>(passed) * static_cast<float>(most) / minute;
    level_ = std::max(0.0F, level_ - ran_out) + 1;
    return level_ > static_cast<float>(most);
  }

 private:
  float level_ = 0;
  std::uint32_t second_ = 0;
};

}  // namespace broadcast_hub
