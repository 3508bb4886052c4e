#pragma once

#include "topic/unit_format.hpp"
#include "wire/frame_encoder.hpp"
#include "wire/numbered_frame.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::session::test {

// What is compressed and numbered has this bit in its first byte, and begins with a stored block of
// which this is the header: so its start and number are read without inflating.
inline constexpr unsigned compressed_frame = 0x40;
inline constexpr std::size_t stored_block_header = 5;

/// Frames as the hub writes them, with another start.
inline topic::unit_format numbered_frames(std::string (*number_start)(std::string_view topic)) {
  topic::unit_format made(&wire::frame_size);
  made.number_start = number_start;
  made.write_head = &wire::write_numbered_head;
  return made;
}

}  // namespace broadcast_hub::session::test
