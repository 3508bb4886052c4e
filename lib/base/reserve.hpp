#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace broadcast_hub {

/// Has `count` further elements not allocate, and so not throw. Unlike `reserve` it grows in large
/// steps, so it may be called before each of many.
template <typename T>
void make_room(std::vector<T>& in, std::size_t count = 1) {
  constexpr std::size_t least = 4;
  if (in.capacity() - in.size() < count)
    in.reserve(std::max({least, 2 * in.capacity(), in.size() + count}));
}

}  // namespace broadcast_hub
