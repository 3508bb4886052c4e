#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// Opcodes of RFC 6455, section 5.2.
enum class opcode : unsigned char {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

using masking_key = std::array<char, 4>;

/// What stands before a frame's payload (RFC 6455, section 5.2).
struct frame_header {
  bool fin = true;
  bool compressed = false;  ///< RSV1, which permessage-deflate uses (RFC 7692, section 6)
  bool reserved = false;    ///< whether RSV2 or RSV3 is set
  opcode code = opcode::text;
  std::optional<masking_key> mask;
  std::uint64_t payload_size = 0;
  std::size_t size = 0;  ///< of the header itself, in bytes
};

/// Empty when `bytes` do not hold a whole header yet.
std::optional<frame_header> read_frame_header(std::string_view bytes);

/// Appends a whole unfragmented frame; masked, as clients must send it, when there is a key.
void append_frame(std::string& out, opcode code, std::string_view payload,
                  const std::optional<masking_key>& mask = {});

/// Masking and unmasking are the same (RFC 6455, section 5.3).
void apply_mask(char* payload, std::size_t size, const masking_key& mask);

}  // namespace broadcast_hub::benchmark
