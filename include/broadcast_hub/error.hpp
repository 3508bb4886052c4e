#pragma once

#include <broadcast_hub/export.hpp>

#include <string>
#include <system_error>
#include <type_traits>

namespace broadcast_hub {

/// Every error that the library reports. Values are permanent; retired ones become `unused_N`.
enum class errc {
  connection_gone = 1,        ///< the connection has ended; nothing was sent
  connection_closing = 2,     ///< a close was already asked for; nothing was sent
  invalid_utf8 = 3,           ///< a text payload or close reason is not UTF-8; nothing was sent
  invalid_close_code = 4,     ///< a close code that RFC 6455, section 7.4 does not let us send
  close_reason_too_long = 5,  ///< a close reason of more than 123 bytes (RFC 6455, section 5.5)
  message_too_big = 6,        ///< an outgoing message larger than a connection or topic may hold
  overloaded = 7,      ///< more is waiting to be sent than the limits allow; nothing was sent
  hub_stopped = 8,     ///< the hub is stopping or has stopped
  address_in_use = 9,  ///< another program listens on that address and port
  address_not_available = 10,   ///< no interface of this machine has that address
  permission_denied = 11,       ///< the operating system does not let us
  out_of_resources = 12,        ///< out of descriptors, memory or threads
  io_error = 13,                ///< any other failure of the operating system
  invalid_topic = 14,           ///< not a name, or not a pattern, where one is needed
  too_many_topics = 15,         ///< the hub has `topics.max_topics` topics
  too_many_subscriptions = 16,  ///< the connection has `topics.max_subscriptions`
  already_subscribed = 17,      ///< to exactly this name or pattern
  not_subscribed = 18,          ///< to exactly this name or pattern
  refused = 19,                 ///< the server of a client refused; it says why in words
  client_closed = 20,           ///< the client has ended
  outcome_unknown = 21,         ///< it may have been published or not
  key_conflict = 22,            ///< its key is known, with other content; nothing was published
  invalid_key = 23,             ///< not a key of a publication
  not_for_patterns = 24,        ///< a position, or presence, for a pattern
};

/// Coarse situations to compare an `error_code` with: `if (ec == condition::unavailable)`.
enum class condition {
  overloaded = 1,     ///< try again when there is less to do
  unavailable = 2,    ///< the other end, or the hub, is not there any more
  invalid_input = 3,  ///< the arguments were wrong; trying again does not help
  system = 4,         ///< the operating system refused
};

BROADCAST_HUB_EXPORT const std::error_category& error_category() noexcept;
BROADCAST_HUB_EXPORT const std::error_category& condition_category() noexcept;
BROADCAST_HUB_EXPORT std::error_code make_error_code(errc code) noexcept;
BROADCAST_HUB_EXPORT std::error_condition make_error_condition(condition situation) noexcept;

}  // namespace broadcast_hub

template <>
struct std::is_error_code_enum<broadcast_hub::errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<broadcast_hub::condition> : std::true_type {};
