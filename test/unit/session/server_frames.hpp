#pragma once

#include "wire/frame_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::test {

/// One frame as tests like to read it: "text:payload", "pong:payload", "close:1000 reason".
inline std::string describe_server_frame(std::string_view frame) {
  const auto first = static_cast<unsigned char>(frame[0]);
  const std::string payload(wire::payload_of(frame));
  switch (static_cast<wire::opcode>(first & 0x0fU)) {
    case wire::opcode::text:
      return "text:" + payload;
    case wire::opcode::binary:
      return "binary:" + payload;
    case wire::opcode::ping:
      return "ping:" + payload;
    case wire::opcode::pong:
      return "pong:" + payload;
    case wire::opcode::close:
      if (payload.size() >= 2) {
        const unsigned code =
            static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
        return "close:" + std::to_string(code) +
               (payload.size() > 2 ? " " + payload.substr(2) : "");
      }
      return "close:";
    default:
      return "unknown frame";
  }
}

/// What a client reads out of the bytes of a server; the last entry is "broken" or "cut off" when
/// they are not a row of whole, unmasked, unfragmented frames. `reserved`: bits that may be set in
/// their first bytes.
inline std::vector<std::string> server_frames(std::string_view bytes, unsigned reserved = 0) {
  constexpr unsigned fin = 0x80;
  constexpr unsigned mask = 0x80;
  constexpr std::size_t header = 2;
  std::vector<std::string> found;
  while (!bytes.empty()) {
    if (bytes.size() < header) {
      found.emplace_back("cut off");
      break;
    }
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    const unsigned code = first & 0x0fU;
    const bool known = code == 1 || code == 2 || (code >= 8 && code <= 10);
    if ((first & 0xf0U & ~reserved) != fin || (second & mask) != 0 || !known) {
      found.emplace_back("broken");
      break;
    }
    const std::size_t needed = (second & 0x7fU) == 126 ? 4 : (second & 0x7fU) == 127 ? 10 : header;
    if (bytes.size() < needed || bytes.size() < wire::frame_size(bytes.data())) {
      found.emplace_back("cut off");
      break;
    }
    const std::size_t size = wire::frame_size(bytes.data());
    found.push_back(describe_server_frame(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  return found;
}

}  // namespace broadcast_hub::test
