#include "protocol/json_string.hpp"

#include "protocol/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace broadcast_hub::protocol {
namespace {

std::string_view escape_for(char c) noexcept {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {};
  }
}

bool must_be_escaped(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
  const std::string_view known = escape_for(c);
  if (!known.empty()) {
    out += known;
    return;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[value >> 4U];
  out += digits[value & 15U];
}

using word = std::uint64_t;

constexpr word each_byte(unsigned char c) noexcept {
  return ~word{0} / 0xff * c;
}

// Some byte of it is zero: only then does the subtraction borrow into a top bit that was not set.
constexpr bool has_zero(word bytes) noexcept {
  return ((bytes - each_byte(1)) & ~bytes & each_byte(0x80)) != 0;
}

constexpr bool has_control(word bytes) noexcept {
  return ((bytes - each_byte(0x20)) & ~bytes & each_byte(0x80)) != 0;
}

// Of the escapes that are one letter.
char character_for(char escape) noexcept {
  switch (escape) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return escape;
  }
}

using code_unit = std::uint32_t;

constexpr std::size_t hex_digits = 4;

constexpr bool is_high(code_unit unit) noexcept {
  return unit >= 0xd800 && unit <= 0xdbff;
}

constexpr bool is_low(code_unit unit) noexcept {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

// What stands behind `\u`; 0 where there is none.
code_unit unit_in(std::string_view text) noexcept {
  constexpr int sixteen = 16;
  const std::string_view digits = text.substr(0, hex_digits);
  code_unit unit = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), unit, sixteen);
  return unit;
}

void append_utf8(std::string& out, code_unit point) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((point >> shift) & 0x3fU));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0U | (point >> 6U));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0U | (point >> 12U));
    tail(6);
  } else {
    out += static_cast<char>(0xf0U | (point >> 18U));
    tail(12);
    tail(6);
  }
  if (point >= 0x80)
    tail(0);
}

// Takes the digits behind `\u` off the front, and the other half of a pair.
bool append_escaped_unit(std::string& out, std::string_view& rest) {
  const code_unit first = unit_in(rest);
  rest.remove_prefix(hex_digits);
  if (is_high(first) && rest.substr(0, 2) == "\\u") {
    const code_unit second = unit_in(rest.substr(2));
    if (is_low(second)) {
      rest.remove_prefix(2 + hex_digits);
      append_utf8(out, 0x10000 + ((first - 0xd800) << 10U) + (second - 0xdc00));
      return true;
    }
  }
  const bool half = is_high(first) || is_low(first);
  append_utf8(out, half ? 0xfffd : first);
  return !half;
}

}  // namespace

// Most may stand as it is, so this goes by words.
std::size_t plain_size(std::string_view text) noexcept {
  std::size_t size = 0;
  for (; text.size() - size >= sizeof(word); size += sizeof(word)) {
    word part = 0;
    std::memcpy(&part, text.data() + size, sizeof part);
    if (has_control(part) || has_zero(part ^ each_byte('"')) || has_zero(part ^ each_byte('\\')))
      break;
  }
  while (size < text.size() && !must_be_escaped(text[size]))
    ++size;
  return size;
}

bool append_characters(std::string& out, std::string_view inside) {
  bool unicode = true;
  while (true) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    out += inside.substr(0, plain);
    if (plain == inside.size())
      return unicode;
    const char escape = inside[plain + 1];
    inside.remove_prefix(plain + 2);
    if (escape != 'u')
      out += character_for(escape);
    else if (!append_escaped_unit(out, inside))
      unicode = false;
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_size(text);
    out += text.substr(0, plain);
    if (plain == text.size())
      break;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

}  // namespace broadcast_hub::protocol
