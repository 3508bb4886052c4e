#pragma once

#include "support/topic_shard.hpp"
#include "topic/cursor.hpp"
#include "topic/subscriber.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic::test {

/// Units that say their size in their first four bytes: a topic does not know about frames.
inline constexpr std::size_t smallest_unit = 4;

inline std::size_t unit_size_of(const char* unit) noexcept {
  std::uint32_t size = 0;
  std::memcpy(&size, unit, sizeof size);
  return size;
}

inline std::string make_unit(std::size_t size, char fill = 'x') {
  std::string unit(size, fill);
  const auto written = static_cast<std::uint32_t>(size);
  std::memcpy(unit.data(), &written, sizeof written);
  return unit;
}

/// A unit with a text behind its size.
inline std::string unit_of(std::string_view text) {
  std::string unit = make_unit(smallest_unit + text.size());
  unit.replace(smallest_unit, text.size(), text);
  return unit;
}

/// The texts of a row of units.
inline std::vector<std::string> texts_of(std::string_view units) {
  std::vector<std::string> texts;
  while (!units.empty()) {
    const std::size_t size = unit_size_of(units.data());
    texts.emplace_back(units.substr(smallest_unit, size - smallest_unit));
    units.remove_prefix(size);
  }
  return texts;
}

inline std::string text_of(std::span<const iovec> pieces) {
  std::string text;
  for (const iovec& piece : pieces)
    text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  return text;
}

/// What was offered to a subscriber and not sent.
inline std::string unsent(const subscriber& who) {
  std::vector<iovec> pieces(256);
  pieces.resize(who.gather(pieces, subscriber::scope::everything));
  return text_of(pieces);
}

inline encoded raw_only(std::string_view unit) {
  return {unit.substr(0, smallest_unit), unit.substr(smallest_unit)};
}

}  // namespace broadcast_hub::topic::test
