#pragma once

#include <cstddef>
#include <cstdint>

namespace broadcast_hub::topic {

/// One encoding of a topic's publications.
enum class lane_kind : std::uint8_t {
  raw,      ///< frames for clients without extensions
  deflated  ///< for those that negotiated permessage-deflate (RFC 7692)
};
inline constexpr std::size_t lane_count = 2;

}  // namespace broadcast_hub::topic
