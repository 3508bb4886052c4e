#pragma once

#include <cstdint>

namespace broadcast_hub {

/// Why a WebSocket connection ended (RFC 6455, section 7.4). Any other code of 3000-4999 may be
/// written as `close_code{4503}`.
///
/// Our own codes tell a client whether to come back: after 4000-4499 reconnecting is right, after
/// 4500-4999 it is wrong.
enum class close_code : std::uint16_t {
  normal = 1000,               ///< the purpose is fulfilled
  going_away = 1001,           ///< the server stops, or the page is left
  protocol_error = 1002,       ///< the peer broke RFC 6455
  unsupported_data = 1003,     ///< a kind of data that the receiver cannot accept
  no_status = 1005,            ///< never sent: the peer's close frame had no code
  abnormal = 1006,             ///< never sent: the connection ended without a close frame
  invalid_payload = 1007,      ///< text or a close reason that is not UTF-8, corrupt compression
  policy_violation = 1008,     ///< refused by a rule that has no code of its own
  message_too_big = 1009,      ///< larger than `hub_options::limits.max_message_bytes`
  mandatory_extension = 1010,  ///< a client missed an extension in the handshake
  internal_error = 1011,       ///< the server failed: a handler threw, memory ran out
  service_restart = 1012,      ///< the server restarts; come back
  try_again_later = 1013,      ///< the server is overloaded; come back later
  idle = 4000,                 ///< no answer to a ping; reconnect
  slow_consumer = 4008,        ///< fell too far behind; reconnect
};

}  // namespace broadcast_hub
