#pragma once

#include "support/environment.hpp"

#include <cstdint>

namespace broadcast_hub::test {

/// How many clients are there at a time, and how often each of them comes.
struct storm_size {
  std::uint32_t visitors = 0;
  std::uint32_t visits = 0;
};

/// `usual`, unless the environment wants something larger: BROADCAST_HUB_STORM_VISITORS and
/// BROADCAST_HUB_STORM_VISITS.
inline storm_size storm_size_or(const storm_size& usual) {
  return {number_from_environment("BROADCAST_HUB_STORM_VISITORS", usual.visitors),
          number_from_environment("BROADCAST_HUB_STORM_VISITS", usual.visits)};
}

}  // namespace broadcast_hub::test
