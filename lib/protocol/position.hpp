#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::protocol {

/// A place in a topic: behind the publication with that offset.
struct position {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
  bool operator==(const position&) const = default;
};

/// An epoch as frames have it: digits and small letters, base 36.
std::string to_text(std::uint64_t epoch);

/// Nothing unless `to_text` could have written it.
std::optional<std::uint64_t> parse_epoch(std::string_view text) noexcept;

}  // namespace broadcast_hub::protocol
