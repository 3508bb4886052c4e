#pragma once

#include "frame_members.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string_view>

namespace broadcast_hub::stress {

/// Bounds of a wait before a client connects again.
struct wait_bounds {
  std::chrono::milliseconds earliest{0};
  std::chrono::milliseconds latest{0};
};

/// The bounds in a frame, for example of `"after":` in `{"bye":{"after":[0,30000]}}`.
inline wait_bounds bounds_in(std::string_view frame, std::string_view member) {
  const std::string_view pair = part_of(frame, member, ']');
  return {std::chrono::milliseconds(number_in(pair, "[")),
          std::chrono::milliseconds(number_in(pair, ","))};
}

/// Full jitter: the bounds before attempt `n`, counted from 0, where `retry` is what `hello` says.
inline wait_bounds bounds_before_attempt(unsigned n, const wait_bounds& retry) {
  constexpr unsigned most_doublings = 20;
  return {std::chrono::milliseconds(0),
          std::min(retry.latest, retry.earliest * (1 << std::min(n, most_doublings)))};
}

/// What every client does with bounds: any time within them is as likely as any other.
template <typename Random>
std::chrono::milliseconds chosen_within(const wait_bounds& bounds, Random& random) {
  std::uniform_int_distribution<std::chrono::milliseconds::rep> any(bounds.earliest.count(),
                                                                    bounds.latest.count());
  return std::chrono::milliseconds(any(random));
}

}  // namespace broadcast_hub::stress
