#include "wire/frame_encoder.hpp"
#include "wire/utf8_stream.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace broadcast_hub::wire {
namespace {

/// Bytes below 0x80 at the front of `text`, counted in words.
std::size_t leading_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t count = 0;
  for (std::uint64_t word = 0; count + sizeof word <= text.size(); count += sizeof word) {
    std::memcpy(&word, text.data() + count, sizeof word);
    if ((word & high_bits) != 0) {
      break;
    }
  }
  return count;
}

bool continues_code_point(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

}  // namespace

bool utf8_stream::take(std::string_view piece) noexcept {
  constexpr std::size_t before_next_look = 16;  // at what may be ASCII again
  while (!piece.empty()) {
    if (complete())
      piece.remove_prefix(leading_ascii(piece));
    const std::string_view part = piece.substr(0, before_next_look);
    if (!validator_.decode(part.begin(), part.end()))
      return false;
    piece.remove_prefix(part.size());
  }
  return true;
}

bool is_valid_utf8(std::string_view text) noexcept {
  utf8_stream all;
  return all.take(text) && all.complete();
}

std::string_view cut_utf8(std::string_view text, std::size_t size) noexcept {
  if (text.size() <= size) {
    return text;
  }
  constexpr std::size_t longest_tail = 3;
  std::size_t end = size;
  while (end > 0 && size - end < longest_tail && continues_code_point(text[end])) {
    --end;
  }
  return text.substr(0, continues_code_point(text[end]) ? size : end);
}

}  // namespace broadcast_hub::wire
