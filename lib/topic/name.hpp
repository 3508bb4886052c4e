#pragma once

#include <cstddef>
#include <string_view>

namespace broadcast_hub::topic {

inline constexpr std::size_t max_name_bytes = 255;

/// What everybody is subscribed to from the start.
inline constexpr std::string_view default_topic = "default";

/// Whether the text names one topic: tokens of 0x21-0x7E with dots between them, none empty, no
/// wildcard.
bool is_valid_name(std::string_view text) noexcept;

/// The same with at least one wildcard: "*" for one token, ">" at the end for one or more.
bool is_valid_pattern(std::string_view text) noexcept;

bool matches(std::string_view pattern, std::string_view name) noexcept;

/// Whether one, a name or a pattern, matches everything that the other one does.
bool covers(std::string_view one, std::string_view other) noexcept;

/// Whether there is a name that both match.
bool overlap(std::string_view one, std::string_view other) noexcept;

/// Cuts the first token off `rest`.
std::string_view next_token(std::string_view& rest) noexcept;

}  // namespace broadcast_hub::topic
