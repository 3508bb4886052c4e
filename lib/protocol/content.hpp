#pragma once

#include <broadcast_hub/message.hpp>

#include <string>
#include <string_view>

namespace broadcast_hub::protocol {

/// What a frame carries for an application: `d` (JSON as its sender wrote it), `s` (other text) or
/// `b` (bytes).
struct content {
  message_kind kind = message_kind::text;
  std::string bytes;
  bool operator==(const content&) const = default;
};

/// How that member begins, behind the others of its frame.
/// @{
inline constexpr std::string_view json_member = R"(,"d":)";
inline constexpr std::string_view text_member = R"(,"s":)";
inline constexpr std::string_view binary_member = R"(,"b":")";
/// @}

/// A payload as a member of a frame, in pieces, so that JSON is not copied: `before`, `value` and
/// `after` stand one behind the other, for example `,"d":`, `{"a":1}`, `}`.
struct content_text {
  std::string_view before;  ///< one of the three above
  std::string_view value;   ///< the payload itself, or `held`
  std::string_view after;
};

/// How a payload is written behind the other members of its frame, the frame's closing brace
/// included. `held` keeps the value when it had to be written anew; it outlives the result.
///
/// Requires: text is UTF-8.
content_text write_content(message_kind kind, std::string_view payload, std::string& held);

}  // namespace broadcast_hub::protocol
