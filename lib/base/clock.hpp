#pragma once

#include <chrono>

namespace broadcast_hub {

/// The one clock. Rooms without I/O never read it: time is passed in.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using duration = clock::duration;

}  // namespace broadcast_hub
