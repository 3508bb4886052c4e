#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>

namespace broadcast_hub::topic {

/// One encoding of a topic's publications.
enum class lane_kind : std::uint8_t {
  raw,       ///< frames for clients without extensions
  deflated,  ///< for those that negotiated permessage-deflate (RFC 7692)
  numbered,  ///< frames that tell their offset
  deflated_numbered
};
inline constexpr std::size_t lane_count = 4;
inline constexpr std::array<lane_kind, lane_count> all_lanes{
    lane_kind::raw, lane_kind::deflated, lane_kind::numbered, lane_kind::deflated_numbered};

constexpr std::size_t index_of(lane_kind lane) noexcept {
  return static_cast<std::size_t>(lane);
}
constexpr bool is_numbered(lane_kind lane) noexcept {
  return lane == lane_kind::numbered || lane == lane_kind::deflated_numbered;
}

/// Lanes, by `index_of`.
using lane_set = std::bitset<lane_count>;

}  // namespace broadcast_hub::topic
