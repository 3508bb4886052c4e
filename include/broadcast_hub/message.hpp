#pragma once

#include <string_view>

namespace broadcast_hub {

/// The two kinds of WebSocket message (RFC 6455, section 5.6).
enum class message_kind : unsigned char {
  text,   ///< UTF-8
  binary  ///< any bytes
};

/// A message that arrived. Converts to its payload, so a handler that does not care about the kind
/// may take a `std::string_view`.
///
/// Lifetime: the payload is valid until the handler returns; copy what must live longer.
struct message {
  std::string_view payload;
  message_kind kind = message_kind::text;

  operator std::string_view() const noexcept { return payload; }
};

}  // namespace broadcast_hub
