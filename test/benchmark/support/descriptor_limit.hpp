#pragma once

#include <cstddef>

namespace broadcast_hub::benchmark {

/// Raises the soft limit of descriptors to the hard one and returns it.
std::size_t raise_descriptor_limit();

}  // namespace broadcast_hub::benchmark
