#pragma once

#include "base/counter.hpp"

namespace broadcast_hub::net {

/// What one shard counts. Written by the shard, read by anybody.
struct counters {
  counter connections_open;
  counter sockets_open;
  counter connections_opened;
  counter connections_closed;
  counter upgrades_refused;
  counter http_requests;
  counter accept_failures;
  counter messages_received;
  counter bytes_received;
  counter bytes_sent;
  counter send_calls;
  counter direct_messages;
  counter commands;
  counter command_faults;
  counter recovered;
  counter not_recovered;
  counter replayed;
  counter slow_consumers;
  counter idle_timeouts;
  counter handshake_timeouts;
  counter bad_requests;
  counter protocol_errors;
  counter overloads;
  counter handler_failures;
};

}  // namespace broadcast_hub::net
