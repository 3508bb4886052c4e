#include "hub/hub_core.hpp"

#include <broadcast_hub/stats.hpp>

namespace broadcast_hub {

hub_stats hub_core::stats() const {
  hub_stats sum;
  for (const auto& shard : shards_) {
    const net::counters& one = shard->count();
    sum.connections_open += one.connections_open.value();
    sum.sockets_open += one.sockets_open.value();
    sum.connections_opened += one.connections_opened.value();
    sum.connections_closed += one.connections_closed.value();
    sum.upgrades_refused += one.upgrades_refused.value();
    sum.http_requests += one.http_requests.value();
    sum.accept_failures += one.accept_failures.value();
    sum.messages_received += one.messages_received.value();
    sum.bytes_received += one.bytes_received.value();
    sum.bytes_sent += one.bytes_sent.value();
    sum.send_calls += one.send_calls.value();
    const topic::tally& publications = shard->topics().count();
    sum.offered += publications.offered.value();
    sum.deliveries += publications.delivered.value();
    sum.dropped_oldest += publications.dropped_oldest.value();
    sum.dropped_superseded += publications.dropped_superseded.value();
    sum.dropped_at_end += publications.dropped_at_end.value();
    sum.direct_messages += one.direct_messages.value();
    sum.commands += one.commands.value();
    sum.command_faults += one.command_faults.value();
    sum.recovered += one.recovered.value();
    sum.not_recovered += one.not_recovered.value();
    sum.replayed += one.replayed.value();
    sum.slow_consumers += one.slow_consumers.value();
    sum.idle_timeouts += one.idle_timeouts.value();
    sum.handshake_timeouts += one.handshake_timeouts.value();
    sum.bad_requests += one.bad_requests.value();
    sum.protocol_errors += one.protocol_errors.value();
    sum.overloads += one.overloads.value();
    sum.handler_failures += one.handler_failures.value();
  }
  const std::uint64_t done =
      sum.deliveries + sum.dropped_oldest + sum.dropped_superseded + sum.dropped_at_end;
  sum.pending = sum.offered > done ? sum.offered - done : 0;  // the two are read one after another
  sum.publications = topics_.published();
  sum.compressions = made_.compressed.load(std::memory_order_relaxed);
  sum.envelopes = made_.numbered.load(std::memory_order_relaxed);
  sum.topics = topics_.size();
  sum.log_bytes = topics_.budget().used();
  return sum;
}

}  // namespace broadcast_hub
