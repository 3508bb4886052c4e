#pragma once

namespace broadcast_hub::protocol {

/// What a client is told when a command fails. The values of the wire.
enum class error_code {
  internal = 100,
  malformed = 101,
  unknown_command = 102,
  permission_denied = 103,
  unknown_topic = 104,
  already_subscribed = 105,
  not_subscribed = 106,
  limit_exceeded = 107,
  too_many_requests = 108,
  payload_too_large = 109,
  backplane_unavailable = 110,
  key_conflict = 111
};

}  // namespace broadcast_hub::protocol
