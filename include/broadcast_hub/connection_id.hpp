#pragma once

#include <broadcast_hub/export.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace broadcast_hub {

/// Names one connection of one hub. Cheap to copy, to hash and to compare.
///
/// `serial` counts the connections of a hub from 1 and is what logs show. The other members tell
/// the hub where the connection lives; applications have no use for them.
struct connection_id {
  std::uint32_t serial = 0;  ///< 0 names no connection
  std::uint32_t slot = 0;
  std::uint16_t shard = 0;

  friend bool operator==(connection_id a, connection_id b) noexcept {
    return a.serial == b.serial && a.slot == b.slot && a.shard == b.shard;
  }
  friend bool operator!=(connection_id a, connection_id b) noexcept { return !(a == b); }
  friend bool operator<(connection_id a, connection_id b) noexcept { return a.serial < b.serial; }
};

/// The id as logs show it, for example "17".
BROADCAST_HUB_EXPORT std::string to_string(connection_id id);

}  // namespace broadcast_hub

template <>
struct std::hash<broadcast_hub::connection_id> {
  std::size_t operator()(broadcast_hub::connection_id id) const noexcept { return id.serial; }
};
