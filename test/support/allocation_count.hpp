#pragma once

#include <cstdint>

namespace broadcast_hub::test {

/// Calls of operator new, in all forms, and of `aligned_alloc`, by all threads since the program
/// began. Counts them in a program that has allocation_count.cpp and is linked with
/// --wrap=aligned_alloc.
std::uint64_t allocation_count() noexcept;

}  // namespace broadcast_hub::test
