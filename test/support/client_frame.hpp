#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::test {

/// The opcodes of RFC 6455, section 5.2, as plain numbers, so that tests can also send others.
namespace opcode {
inline constexpr unsigned continuation = 0x0;
inline constexpr unsigned text = 0x1;
inline constexpr unsigned binary = 0x2;
inline constexpr unsigned close = 0x8;
inline constexpr unsigned ping = 0x9;
inline constexpr unsigned pong = 0xA;
}  // namespace opcode

/// How the length of a payload is written (RFC 6455, section 5.2).
enum class length_form { shortest, seven_bits, sixteen_bits, sixty_four_bits };

/// Everything about a frame but its opcode and payload. The defaults make a correct frame.
struct frame_options {
  bool fin = true;
  unsigned rsv = 0;  ///< RSV1 is 4, RSV2 is 2, RSV3 is 1
  bool masked = true;
  std::array<unsigned char, 4> mask{0x37, 0xfa, 0x21, 0x3d};  ///< the one of section 5.7
  length_form length = length_form::shortest;
};

/// The header of a frame that announces `payload_size` bytes, with the mask but without the
/// payload.
inline std::string client_frame_header(unsigned code, std::uint64_t payload_size,
                                       const frame_options& options = {}) {
  length_form form = options.length;
  if (form == length_form::shortest) {
    form = payload_size <= 125      ? length_form::seven_bits
           : payload_size <= 0xffff ? length_form::sixteen_bits
                                    : length_form::sixty_four_bits;
  }
  const unsigned mask_bit = options.masked ? 0x80U : 0U;
  const int length_bytes = form == length_form::seven_bits     ? 0
                           : form == length_form::sixteen_bits ? 2
                                                               : 8;
  const auto short_length = length_bytes == 0   ? static_cast<unsigned>(payload_size)
                            : length_bytes == 2 ? 126U
                                                : 127U;
  std::string header;
  header.push_back(static_cast<char>((options.fin ? 0x80U : 0U) | options.rsv << 4U | code));
  header.push_back(static_cast<char>(mask_bit | short_length));
  for (int i = length_bytes - 1; i >= 0; --i) {
    header.push_back(static_cast<char>(payload_size >> (8 * i) & 0xffU));
  }
  if (options.masked) {
    for (const unsigned char byte : options.mask) {
      header.push_back(static_cast<char>(byte));
    }
  }
  return header;
}

/// `payload` as it stands on the wire behind that header.
inline std::string mask_payload(std::string_view payload, const frame_options& options = {}) {
  std::string bytes(payload);
  if (!options.masked) {
    return bytes;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ options.mask[i % 4]);
  }
  return bytes;
}

/// A whole frame as a client sends it.
inline std::string client_frame(unsigned code, std::string_view payload,
                                const frame_options& options = {}) {
  return client_frame_header(code, payload.size(), options) + mask_payload(payload, options);
}

/// A frame that is not the last one of its message.
inline std::string client_fragment(unsigned code, std::string_view payload) {
  frame_options options;
  options.fin = false;
  return client_frame(code, payload, options);
}

/// A close frame with a code and a reason.
inline std::string client_close_frame(unsigned code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8U & 0xffU), static_cast<char>(code & 0xffU)};
  payload += reason;
  return client_frame(opcode::close, payload);
}

/// A whole message, cut into fragments of `size` bytes.
inline std::string client_message_in_fragments(unsigned code, std::string_view payload,
                                               std::size_t size) {
  std::string bytes;
  for (std::size_t at = 0; at == 0 || at < payload.size(); at += size) {
    frame_options options;
    options.fin = at + size >= payload.size();
    bytes += client_frame(at == 0 ? code : opcode::continuation, payload.substr(at, size), options);
  }
  return bytes;
}

}  // namespace broadcast_hub::test
