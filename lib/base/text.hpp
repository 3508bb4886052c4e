#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub {

inline void append_text(std::string& out, std::string_view part) {
  out += part;
}
inline void append_text(std::string& out, std::integral auto part) {
  out += std::to_string(part);
}

/// Shown as `printable` shows it.
struct escaped {
  std::string_view text;
};
void append_text(std::string& out, escaped part);

/// One string out of strings and numbers.
template <typename... Parts>
std::string join(const Parts&... parts) {
  std::string out;
  (append_text(out, parts), ...);
  return out;
}

/// Text from a peer made safe for one line of a log: control characters, bytes that are not UTF-8,
/// and characters that reorder or hide text become escapes (`\n`, `\x1b`), a backslash becomes two,
/// and what is longer than `max_characters` is cut and ends in "...".
std::string printable(std::string_view text, std::size_t max_characters = 200);

/// Whether two ASCII strings are equal without regard to case.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace broadcast_hub
