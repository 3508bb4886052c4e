#pragma once

#include <algorithm>
#include <chrono>
#include <functional>

namespace broadcast_hub {

/// The one clock. Rooms without I/O never read it: time is passed in.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using duration = clock::duration;

/// What time it is, where that is asked for.
using clock_source = std::function<time_point()>;

/// By a clock that goes on while the machine is suspended, where the system has one. Its times are
/// not those of `clock`.
time_point now_beyond_suspends() noexcept;

/// A time from the application without overflow: ten years, ahead or back, stand for everything
/// longer.
inline duration bounded(std::chrono::milliseconds time) noexcept {
  constexpr std::chrono::milliseconds most = std::chrono::hours(24 * 365 * 10);
  return std::clamp(time, -most, most);
}

}  // namespace broadcast_hub
