#pragma once

#include "wire/frame_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::test {

/// An event of a decoder, kept. For comparison a fault is its code: its words are for people.
struct decoded {
  wire::frame_event::kind what = wire::frame_event::kind::none;
  unsigned code = 1005;
  std::string payload;

  friend bool operator==(const decoded&, const decoded&) = default;
  friend std::ostream& operator<<(std::ostream& out, const decoded& event) {
    constexpr std::string_view kinds[] = {"none", "text",  "binary", "ping",
                                          "pong", "close", "fault"};
    constexpr std::size_t shown = 40;
    return out << kinds[static_cast<std::size_t>(event.what)] << " " << event.code << " "
               << event.payload.size() << " bytes \"" << event.payload.substr(0, shown) << "\"";
  }
};

inline decoded text_event(std::string_view payload) {
  return {wire::frame_event::kind::text, 1005, std::string(payload)};
}
inline decoded binary_event(std::string_view payload) {
  return {wire::frame_event::kind::binary, 1005, std::string(payload)};
}
inline decoded ping_event(std::string_view payload) {
  return {wire::frame_event::kind::ping, 1005, std::string(payload)};
}
inline decoded pong_event(std::string_view payload) {
  return {wire::frame_event::kind::pong, 1005, std::string(payload)};
}
inline decoded close_event_of(unsigned code, std::string_view reason = {}) {
  return {wire::frame_event::kind::close, code, std::string(reason)};
}
inline decoded fault_event(unsigned code) {
  return {wire::frame_event::kind::fault, code, {}};
}

inline constexpr std::size_t default_limit = 64 * 1024;
inline constexpr std::size_t all_at_once = static_cast<std::size_t>(-1);

/// What `decoder` finds in `bytes` when they come in chunks of `chunk`; ends behind a fault. Each
/// chunk has a buffer of just its size, so that a sanitizer sees a step past its end.
inline std::vector<decoded> decode(wire::frame_decoder& decoder, std::string_view bytes,
                                   std::size_t chunk) {
  std::vector<decoded> found;
  std::vector<char> buffer;
  while (!bytes.empty() && !decoder.faulted()) {
    const std::size_t size = std::min(chunk, bytes.size());
    buffer.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes.remove_prefix(size);
    for (std::size_t used = 0; used < size;) {
      wire::frame_event event;
      used += decoder.consume(buffer.data() + used, size - used, event);
      if (event.what == wire::frame_event::kind::none) {
        continue;
      }
      const bool fault = event.what == wire::frame_event::kind::fault;
      found.push_back({event.what, static_cast<unsigned>(event.code),
                       fault ? std::string() : std::string(event.payload)});
    }
  }
  return found;
}

/// What a new decoder finds, which has to be the same whether the bytes come one at a time, in
/// pairs or all at once.
inline std::vector<decoded> decode_every_way(std::string_view bytes,
                                             std::size_t limit = default_limit) {
  wire::frame_decoder for_whole(limit);
  auto whole = decode(for_whole, bytes, all_at_once);
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{2}}) {
    wire::frame_decoder decoder(limit);
    EXPECT_TRUE(decode(decoder, bytes, chunk) == whole) << "in chunks of " << chunk;
    EXPECT_EQ(decoder.idle(), for_whole.idle()) << "in chunks of " << chunk;
  }
  return whole;
}

}  // namespace broadcast_hub::test
