#include "base/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace broadcast_hub {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t no_digit = 64;

constexpr auto base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < base64_alphabet.size(); ++i)
    values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

/// The first of up to three bytes is the highest; those that are missing are zero.
std::uint32_t pack_bytes(std::string_view bytes) noexcept {
  std::uint32_t packed = 0;
  for (std::size_t i = 0; i < 3; ++i)
    packed = packed << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  return packed;
}

/// The same of up to four digits; nothing when one of them is none.
std::optional<std::uint32_t> pack_digits(std::string_view digits) noexcept {
  std::uint32_t packed = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint8_t value =
        i < digits.size() ? base64_values[static_cast<unsigned char>(digits[i])] : std::uint8_t{0};
    if (value == no_digit)
      return std::nullopt;
    packed = packed << 6U | value;
  }
  return packed;
}

std::size_t padding_of(std::string_view text) noexcept {
  std::size_t count = 0;
  while (count < 2 && count < text.size() && text[text.size() - 1 - count] == '=')
    ++count;
  return count;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
    const std::string_view group = bytes.substr(0, 3);
    const std::uint32_t packed = pack_bytes(group);
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= group.size() ? base64_alphabet[packed >> (18 - 6 * i) & 63U] : '=';
  }
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  text.remove_suffix(padding_of(text));
  for (; !text.empty(); text.remove_prefix(text.size() < 4 ? text.size() : 4)) {
    const std::string_view group = text.substr(0, 4);
    const auto packed = pack_digits(group);
    const std::size_t count = group.size() - 1;
    if (!packed || (*packed & (0xffffffU >> (8 * count))) != 0)
      return std::nullopt;
    for (std::size_t i = 0; i < count; ++i)
      bytes += static_cast<char>(*packed >> (16 - 8 * i) & 0xffU);
  }
  return bytes;
}

}  // namespace broadcast_hub
