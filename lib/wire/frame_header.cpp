#include "wire/frame_header.hpp"

#include "wire/frame_encoder.hpp"
#include "wire/payload_mask.hpp"

#include <algorithm>

namespace broadcast_hub::wire {
namespace {

constexpr unsigned sixteen_bits_follow = 126;
constexpr unsigned sixty_four_bits_follow = 127;

std::optional<frame_fault> protocol_fault(std::string_view rule) noexcept {
  return frame_fault{close_code::protocol_error, rule};
}

bool known_opcode(unsigned code) noexcept {
  return code <= static_cast<unsigned>(opcode::binary) ||
         (code >= static_cast<unsigned>(opcode::close) &&
          code <= static_cast<unsigned>(opcode::pong));
}

}  // namespace

std::size_t frame_header::take(const char* data, std::size_t size) noexcept {
  const std::size_t wanted = (has_start() ? full_size() : start_size) - size_;
  const std::size_t taken = std::min(wanted, size);
  std::copy_n(data, taken, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += taken;
  return taken;
}

bool frame_header::text() const noexcept {
  return opcode() == static_cast<unsigned>(wire::opcode::text);
}

std::optional<frame_fault> frame_header::check_start(bool message_open, bool deflate,
                                                     frame_sender from) const noexcept {
  const bool begins_message = !control() && !message_open;
  const unsigned agreed = deflate && begins_message ? rsv1 : 0;
  if ((rsv() & ~agreed) != 0) {
    return protocol_fault("reserved bit set without an extension");
  }
  if (!known_opcode(opcode())) {
    return protocol_fault("reserved opcode");
  }
  if (masked() != (from == frame_sender::client)) {
    return protocol_fault(masked() ? "server frame with a mask" : "client frame without a mask");
  }
  if (control()) {
    if (!fin()) {
      return protocol_fault("fragmented control frame");
    }
    if (short_length() >= sixteen_bits_follow) {
      return protocol_fault("control frame longer than 125 bytes");
    }
    return std::nullopt;
  }
  const bool continues = opcode() == static_cast<unsigned>(wire::opcode::continuation);
  if (continues && !message_open) {
    return protocol_fault("continuation without a message to continue");
  }
  if (!continues && message_open) {
    return protocol_fault("new message before the last one ended");
  }
  return std::nullopt;
}

std::optional<frame_fault> frame_header::check_length(std::uint64_t room) const noexcept {
  if (control()) {
    return std::nullopt;
  }
  const std::uint64_t length = payload_size();
  const bool not_minimal =
      (short_length() == sixteen_bits_follow && length < sixteen_bits_follow) ||
      (short_length() == sixty_four_bits_follow && length <= 0xffff);
  if (not_minimal) {
    return protocol_fault("payload length not in its shortest form");
  }
  // The top bit must be zero; what says otherwise is past any limit too, and that is the clearer
  // word.
  constexpr unsigned top_bit = 63;
  if (length > room || length >> top_bit != 0) {
    return frame_fault{close_code::message_too_big, "message larger than the limit"};
  }
  return std::nullopt;
}

std::uint64_t frame_header::payload_size() const noexcept {
  if (short_length() < sixteen_bits_follow) {
    return short_length();
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes(); ++i) {
    length = length << 8U | bytes_[start_size + i];
  }
  return length;
}

frame_header::copied frame_header::without_mask() const noexcept {
  copied result{{}, start_size + length_bytes()};
  std::copy_n(bytes_.begin(), result.size, result.bytes.begin());
  result.bytes[1] = static_cast<unsigned char>(short_length());
  return result;
}

std::size_t frame_header::length_bytes() const noexcept {
  if (short_length() < sixteen_bits_follow) {
    return 0;
  }
  return short_length() == sixteen_bits_follow ? 2 : 8;
}

std::size_t frame_header::full_size() const noexcept {
  return start_size + length_bytes() + (masked() ? payload_mask::key_size : 0);
}

}  // namespace broadcast_hub::wire
