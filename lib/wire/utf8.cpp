#include "wire/frame_encoder.hpp"
#include "wire/websocketpp_config.hpp"

#include <websocketpp/utf8_validator.hpp>

#include <cstring>

namespace broadcast_hub::wire {
namespace {

/// Bytes below 0x80 at the front of `text`, counted in words: nearly all real text is mostly ASCII.
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

bool is_valid_utf8(std::string_view text) noexcept {
  text.remove_prefix(leading_ascii(text));
  websocketpp::utf8_validator::validator validator;
  return validator.decode(text.begin(), text.end()) && validator.complete();
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
