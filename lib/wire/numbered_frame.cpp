#include "wire/numbered_frame.hpp"

#include "wire/frame_encoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace broadcast_hub::wire {
namespace {

constexpr char compressed_frame = 0x40;  // RSV1 (RFC 7692, section 6)
constexpr std::size_t stored_header_size = 5;

void write_stored_header(char* out, std::size_t size) noexcept {
  const auto length = static_cast<unsigned>(size);
  const unsigned complement = ~length;
  out[0] = 0;  // not the last block, not compressed
  out[1] = static_cast<char>(length & 0xffU);
  out[2] = static_cast<char>(length >> 8U & 0xffU);
  out[3] = static_cast<char>(complement & 0xffU);
  out[4] = static_cast<char>(complement >> 8U & 0xffU);
}

}  // namespace

std::size_t write_numbered_head(char* out, std::string_view start, std::uint64_t number,
                                std::size_t rest, bool deflated) noexcept {
  std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits;
  const char* const digits_end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const std::size_t text = start.size() + static_cast<std::size_t>(digits_end - digits.data());
  const std::size_t stored = deflated ? stored_header_size : 0;
  char* at = out + write_header(out, opcode::text, stored + text + rest);
  if (deflated) {
    out[0] = static_cast<char>(out[0] | compressed_frame);
    write_stored_header(at, text);
    at += stored_header_size;
  }
  at = std::copy(start.begin(), start.end(), at);
  at = std::copy(static_cast<const char*>(digits.data()), digits_end, at);
  return static_cast<std::size_t>(at - out);
}

}  // namespace broadcast_hub::wire
