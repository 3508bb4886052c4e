#include "protocol/json_string.hpp"

#include "protocol/json.hpp"

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
