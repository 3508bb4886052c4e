#pragma once

#include "topic/segment.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::topic {

/// What the units of all topics look like. Passed in, because a topic does not know what it
/// carries.
struct unit_format {
  /// Room that `write_head` may need.
  static constexpr std::size_t max_head = 640;

  // Implicit: most tests number nothing.
  unit_format(unit_size size) : measure(size) {}  // NOLINT(google-explicit-constructor)

  unit_size measure;

  /// What stands before the offset in a numbered unit of a topic, without the unit's header. Null:
  /// nothing is numbered.
  std::string (*number_start)(std::string_view topic_name) = nullptr;

  /// Writes a numbered unit up to and with its offset; returns the size. `rest`: bytes that follow.
  std::size_t (*write_head)(char* out, std::string_view number_start, std::uint64_t offset,
                            std::size_t rest, bool deflated) noexcept = nullptr;
};

}  // namespace broadcast_hub::topic
