#pragma once

#include <cstdlib>
#include <iostream>
#include <string>

namespace broadcast_hub::test {

/// What a random test begins with: `usual`, so that it does the same everywhere, unless the
/// environment variable `BROADCAST_HUB_TEST_SEED` has another number. Printed in any case: whoever
/// sees the test fail can repeat it.
inline unsigned random_seed(unsigned usual = 1) {
  const char* const chosen =
      std::getenv("BROADCAST_HUB_TEST_SEED");  // NOLINT(concurrency-mt-unsafe)
  const unsigned seed =
      chosen == nullptr ? usual : static_cast<unsigned>(std::stoul(std::string(chosen)));
  std::cout << "[   SEED   ] " << seed << '\n';
  return seed;
}

}  // namespace broadcast_hub::test
