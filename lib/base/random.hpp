#pragma once

#include <cstdint>
#include <functional>

namespace broadcast_hub {

/// Numbers of 32 bits that nobody can foretell. Rooms without I/O are given one, and tests give
/// their own.
using random_source = std::function<std::uint32_t()>;

/// Any of 64 bits.
std::uint64_t random_number(const random_source& random);

/// Evenly from 0 to `most`, both included.
std::uint64_t random_up_to(std::uint64_t most, const random_source& random);

/// The operating system's.
///
/// Errors: throws `std::exception` when there is none.
/// Thread safety: its result belongs to one thread at a time.
random_source system_random();

}  // namespace broadcast_hub
