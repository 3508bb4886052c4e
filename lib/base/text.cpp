#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace broadcast_hub {
namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`, and its code point; 0 when
/// there is none (RFC 3629, section 4).
std::size_t decode_utf8(std::string_view text, std::uint32_t& code_point) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    code_point = first;
    return 1;
  }
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (size == 0 || first > 0xf4 || text.size() < size)
    return 0;
  code_point = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U)
      return 0;
    code_point = (code_point << 6U) | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  return code_point < smallest[size] || code_point > 0x10ffff || surrogate ? 0 : size;
}

/// Characters that end a line, or change the direction or visibility of what follows.
bool is_deceptive(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
         (c >= 0xe0000 && c <= 0xe007f);
}

std::string escape_byte(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\\':
      return "\\\\";
    default:
      break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  return {'\\', 'x', digits[value >> 4U], digits[value & 15U]};
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_characters) {
  std::string out;
  std::size_t characters = 0;
  while (!text.empty()) {
    std::uint32_t code_point = 0;
    std::size_t size = decode_utf8(text, code_point);
    std::string piece(text.substr(0, size));
    std::size_t width = 1;
    if (size == 0 || is_deceptive(code_point) || code_point == '\\') {
      piece.clear();
      size = std::max<std::size_t>(size, 1);
      for (const char c : text.substr(0, size))
        piece += escape_byte(c);
      width = piece.size();
    }
    if (characters + width > max_characters)
      return out + "...";
    out += piece;
    characters += width;
    text.remove_prefix(size);
  }
  return out;
}

void append_text(std::string& out, escaped part) {
  out += printable(part.text);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace broadcast_hub
