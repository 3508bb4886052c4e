#include "base/random.hpp"

#include <limits>
#include <memory>
#include <random>

namespace broadcast_hub {

std::uint64_t random_number(const random_source& random) {
  const std::uint64_t high = random();
  return high << 32U | random();
}

std::uint64_t random_up_to(std::uint64_t most, const random_source& random) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  if (most == largest)
    return random_number(random);
  // What is left over of the last, incomplete round would come more often.
  const std::uint64_t end_of_rounds = largest - largest % (most + 1);
  std::uint64_t number = largest;
  while (number >= end_of_rounds)
    number = random_number(random);
  return number % (most + 1);
}

random_source system_random() {
  static_assert(std::random_device::max() == std::numeric_limits<std::uint32_t>::max());
  const auto device = std::make_shared<std::random_device>();
  return [device] { return (*device)(); };
}

}  // namespace broadcast_hub
