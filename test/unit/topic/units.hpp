#pragma once

#include "topic/fan_out.hpp"
#include "topic/log.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
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

inline log::append_result append(log& to, std::string_view unit) {
  return to.append(unit.substr(0, smallest_unit), unit.substr(smallest_unit));
}

inline std::string text_of(std::span<const iovec> pieces) {
  std::string text;
  for (const iovec& piece : pieces) {
    text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  return text;
}

/// Everything that a subscriber has not been sent yet.
inline std::string unsent(const fan_out& topic, const subscriber& who) {
  std::vector<iovec> pieces(256);
  pieces.resize(topic.gather(who, topic.end(), pieces));
  return text_of(pieces);
}

/// Sends everything to it.
inline std::string receive_all(fan_out& topic, subscriber& who) {
  std::string received = unsent(topic, who);
  topic.advance(who, received.size());
  return received;
}

}  // namespace broadcast_hub::topic::test
