#pragma once

#include <cstdint>

namespace broadcast_hub {

/// Counters since the hub was made, and gauges of this moment. Read shard by shard, so figures of
/// different members may be some microseconds apart.
struct hub_stats {
  std::uint64_t connections_open = 0;  ///< gauge: WebSocket connections, closing ones included
  std::uint64_t sockets_open = 0;      ///< gauge: all accepted sockets, plain HTTP included
  std::uint64_t connections_opened = 0;
  std::uint64_t connections_closed = 0;
  std::uint64_t upgrades_refused = 0;  ///< WebSocket requests refused by a rule or by `on_upgrade`
  std::uint64_t http_requests = 0;     ///< requests that were not WebSocket requests
  std::uint64_t accept_failures = 0;   ///< for example out of descriptors

  std::uint64_t messages_received = 0;
  std::uint64_t bytes_received = 0;  ///< from sockets, everything included
  std::uint64_t bytes_sent = 0;      ///< to sockets, everything included
  std::uint64_t send_calls = 0;      ///< system calls that sent

  std::uint64_t publications = 0;  ///< on all topics together
  std::uint64_t compressions = 0;  ///< publications sent compressed, each made so once for all
  std::uint64_t envelopes = 0;     ///< publications put into JSON for bhub.v1, each once for all
  std::uint64_t topics = 0;        ///< gauge: topics that are there, `default` included
  std::uint64_t log_bytes = 0;     ///< gauge: memory of all topics' logs

  // Pairs of a publication and a subscriber, from the moment that the subscriber's shard takes up
  // the publication, or the subscriber leaves: offered = deliveries + dropped for any reason +
  // pending. When shards rest, `offered` is the sum of what publishers were told
  // (`publish_result::subscribers`) and `replayed`.
  std::uint64_t offered = 0;
  std::uint64_t deliveries = 0;          ///< the kernel took the last byte
  std::uint64_t dropped_oldest = 0;      ///< by `slow_consumer_policy::drop_oldest`
  std::uint64_t dropped_superseded = 0;  ///< by `slow_consumer_policy::latest`
  std::uint64_t dropped_at_end = 0;      ///< the connection or the subscription ended before
  std::uint64_t pending = 0;             ///< gauge

  std::uint64_t direct_messages = 0;  ///< messages of `send`, `broadcast_except`, `broadcast_if`

  // Clients that speak bhub.v1.
  std::uint64_t commands = 0;        ///< frames that were commands, whether or not they succeeded
  std::uint64_t command_faults = 0;  ///< frames that were none
  std::uint64_t recovered = 0;       ///< subscriptions that went on where the client was
  std::uint64_t not_recovered = 0;   ///< those that could not: the client was told
  std::uint64_t replayed = 0;        ///< publications sent again, as they were sent first

  // Why connections ended, counted when their socket is closed.
  std::uint64_t slow_consumers = 0;      ///< with 4008
  std::uint64_t idle_timeouts = 0;       ///< with 4000
  std::uint64_t protocol_errors = 0;     ///< with 1002, 1007, 1009, or 1011 for want of memory
  std::uint64_t overloads = 0;           ///< with 1013
  std::uint64_t bad_requests = 0;        ///< not HTTP, or too large
  std::uint64_t handshake_timeouts = 0;  ///< no request, or no decision, in time

  std::uint64_t handler_failures = 0;  ///< handlers that threw
};

}  // namespace broadcast_hub
