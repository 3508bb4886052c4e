#pragma once

#include "topic/lane_kind.hpp"
#include "topic/recent_keys.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace broadcast_hub::topic {

/// One unit of a log in pieces, which are written one behind the other.
using unit_pieces = std::array<std::string_view, 4>;

constexpr std::size_t size_of(const unit_pieces& unit) noexcept {
  std::size_t size = 0;
  for (const std::string_view piece : unit)
    size += piece.size();
  return size;
}

/// One publication in the encodings that are wanted. Only the offset is missing, which is known
/// once it is appended.
struct encoded {
  encoded(std::string_view first, std::string_view rest) : raw{first, rest, {}, {}} {}

  unit_pieces raw{};
  unit_pieces deflated{};  ///< empty: not worth it, take the raw one

  /// What follows the offset in a numbered one.
  unit_pieces number_rest{};
  unit_pieces deflated_number_rest{};  ///< empty: not worth it, take `number_rest`

  /// Those that were made, or tried.
  lane_set made{1U << index_of(lane_kind::raw)};

  std::optional<publication_key> key;  ///< two publications with the same one are one
};

}  // namespace broadcast_hub::topic
