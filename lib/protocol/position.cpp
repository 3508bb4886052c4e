#include "protocol/position.hpp"

#include <array>
#include <charconv>
#include <system_error>

namespace broadcast_hub::protocol {
namespace {

constexpr int epoch_base = 36;
constexpr std::size_t max_epoch_digits = 13;  // of 2^64 - 1

}  // namespace

std::string to_text(std::uint64_t epoch) {
  std::array<char, max_epoch_digits> digits{};
  const auto written =
      std::to_chars(digits.data(), digits.data() + digits.size(), epoch, epoch_base);
  return {digits.data(), written.ptr};
}

std::optional<std::uint64_t> parse_epoch(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  std::uint64_t epoch = 0;
  const auto read = std::from_chars(text.data(), end, epoch, epoch_base);
  // Written again, it shows capital letters and zeros in front. The text is short enough for a
  // string without an allocation.
  if (read.ec != std::errc{} || read.ptr != end || to_text(epoch) != text)
    return std::nullopt;
  return epoch;
}

}  // namespace broadcast_hub::protocol
