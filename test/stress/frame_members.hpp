#pragma once

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace broadcast_hub::stress {

/// What stands between `before` and the next `end` in a frame of bhub.v1, which is written without
/// blanks. Empty when `before` is not there.
inline std::string_view part_of(std::string_view frame, std::string_view before, char end) {
  const std::size_t at = frame.find(before);
  if (at == std::string_view::npos)
    return {};
  frame.remove_prefix(at + before.size());
  return frame.substr(0, frame.find(end));
}

/// The number that stands behind `before`.
///
/// Errors: throws `std::runtime_error` when there is none.
inline std::uint64_t number_in(std::string_view frame, std::string_view before) {
  const std::size_t at = frame.find(before);
  std::uint64_t number = 0;
  if (at != std::string_view::npos) {
    const char* const from = frame.data() + at + before.size();
    if (std::from_chars(from, frame.data() + frame.size(), number).ec == std::errc{})
      return number;
  }
  throw std::runtime_error("no number behind " + std::string(before) + " in " + std::string(frame));
}

}  // namespace broadcast_hub::stress
