#include "base/clock.hpp"

#include <ctime>

namespace broadcast_hub {

time_point now_beyond_suspends() noexcept {
#ifdef CLOCK_BOOTTIME
  timespec now{};
  if (::clock_gettime(CLOCK_BOOTTIME, &now) == 0) {
    return time_point(std::chrono::duration_cast<duration>(std::chrono::seconds(now.tv_sec) +
                                                           std::chrono::nanoseconds(now.tv_nsec)));
  }
#endif
  return clock::now();
}

}  // namespace broadcast_hub
