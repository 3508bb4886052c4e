#pragma once

#include "support/environment.hpp"

#include <cstdint>
#include <iostream>

namespace broadcast_hub::test {

/// What all random choices of this process come from: 1, so that a test does the same everywhere,
/// unless BROADCAST_HUB_TEST_SEED says another number. Printed once in any case, so that a run that
/// fails can be repeated. Whoever needs several seeds adds to it.
inline std::uint32_t base_seed() {
  static const std::uint32_t seed = [] {
    const std::uint32_t chosen = number_from_environment("BROADCAST_HUB_TEST_SEED", 1);
    std::cout << "BROADCAST_HUB_TEST_SEED=" << chosen
              << std::endl;  // NOLINT(performance-avoid-endl)
    return chosen;
  }();
  return seed;
}

}  // namespace broadcast_hub::test
