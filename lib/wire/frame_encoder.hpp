#pragma once

#include <broadcast_hub/close_code.hpp>
#include <broadcast_hub/message.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// RFC 6455, section 5.2. The values of the wire.
enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

constexpr opcode opcode_of(message_kind kind) noexcept {
  return kind == message_kind::text ? opcode::text : opcode::binary;
}

/// Bytes before the payload of an unmasked, unfragmented frame: 2, 4 or 10.
std::size_t header_size(std::size_t payload_size) noexcept;

/// Writes that header to `out`, which has room for 10 bytes; returns its size.
std::size_t write_header(char* out, opcode code, std::size_t payload_size) noexcept;

/// One unmasked frame.
std::string make_frame(opcode code, std::string_view payload);

/// A close frame; `no_status` makes one without a code. The reason is cut to 123 bytes at the end
/// of a code point.
std::string make_close_frame(close_code code, std::string_view reason);

/// Whole size of the unmasked frame whose first bytes stand at `frame`: its header must be there
/// in full.
std::size_t frame_size(const char* frame) noexcept;

/// The payload of a frame that one of the functions above made.
std::string_view payload_of(std::string_view frame) noexcept;

/// Whether it is a text or a binary frame.
message_kind kind_of(std::string_view frame) noexcept;

bool is_pong(std::string_view frame) noexcept;

/// Whether RFC 6455, section 7.4 lets an endpoint send the code.
bool may_send(close_code code) noexcept;

bool is_valid_utf8(std::string_view text) noexcept;

/// `text` up to `size` bytes, cut at the end of a code point.
std::string_view cut_utf8(std::string_view text, std::size_t size) noexcept;

}  // namespace broadcast_hub::wire
