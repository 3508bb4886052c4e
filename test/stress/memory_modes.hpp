#pragma once

#include "support/arguments.hpp"

#include <cstdint>
#include <string>

namespace broadcast_hub::stress {

/// Memory of this process that is resident (RSS), in bytes.
std::uint64_t own_memory();

/// What memory may grow by, and what it did.
struct growth {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  std::uint64_t among = 1;  ///< things that are to share what it grew by

  double for_each() const noexcept {
    return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(among);
  }
};

/// Prints how much memory each has taken, and checks that it is no more than `most` bytes, unless a
/// sanitizer takes memory of its own. `each`: for example "idle connection".
///
/// Errors: throws `std::runtime_error` when it was more.
void check_growth(const std::string& each, const growth& seen, double most);

/// @name The modes of memory_stress
/// Errors: throw `std::runtime_error` when something does not hold, `usage_error` for arguments.
/// @{

/// Clients that do not read cost no more than the limit of their topic says.
void measure_stalled(const benchmark::arguments& given);

/// What a connection costs that does nothing but be subscribed to one topic.
void measure_idle(const benchmark::arguments& given);

/// What a topic costs that is used once, and that it is given back when the topic goes.
void measure_topics(const benchmark::arguments& given);
/// @}

}  // namespace broadcast_hub::stress
