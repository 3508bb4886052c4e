// Subscriptions of clients that speak bhub.v1: what they are told, and what is sent again.

#include "hub/client_commands.hpp"
#include "hub/hub_core.hpp"
#include "hub/peer_log.hpp"
#include "wire/frame_encoder.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {
namespace {

/// Topics of a pattern whose newest publication is given at once.
constexpr std::size_t most_newest = 1000;

protocol::skips skips_of(slow_consumer_policy policy) noexcept {
  switch (policy) {
    case slow_consumer_policy::latest:
      return protocol::skips::latest;
    case slow_consumer_policy::drop_oldest:
      return protocol::skips::drop_oldest;
    case slow_consumer_policy::disconnect:
      break;
  }
  return protocol::skips::none;
}

}  // namespace

std::error_code client_commands::subscribe_to_pattern(net::connection& peer, id of,
                                                      const std::string& pattern, bool newest) {
  if (const std::error_code error = peer.subscribe(pattern))
    return error;
  topic::reader::newest_ones kept;
  if (newest) {
    // Once it is subscribed, so that between these and what follows live nothing is missing.
    kept = peer.session().out().newest_of(
        pattern, {most_newest, hub_.options().topics.defaults.max_lag_bytes}, clock::now());
  }
  protocol::subscribed said;
  said.id = of;
  said.topic = pattern;
  said.pattern = true;
  said.newest = newest;
  said.replayed = kept.found.size();
  said.more = kept.more;
  const std::error_code sent = peer.answer_with(
      session::share(wire::make_frame(wire::opcode::text, protocol::write_subscribed(said))), kept);
  if (!sent)
    hub_.count_of(peer).replayed.add(kept.found.size());
  see_to(peer, sent);
  return {};
}

std::error_code client_commands::subscribe_to_name(
    net::connection& peer, id of, const protocol::subscribe_command::entry& wanted) {
  const net::connection::subscribed made =
      peer.subscribe_at(wanted.topic, wanted.since.has_value());
  if (made.error)
    return made.error;
  hub_.presence().join(peer, wanted.topic, wanted.presence);
  const replay past = replay_for(wanted, made.at);
  protocol::subscribed said;
  said.id = of;
  said.topic = wanted.topic;
  said.reached = {made.at.in->epoch(), made.at.offset};
  said.asked = wanted.since.has_value();
  said.why = past.why;
  // It may be ahead of a subscription whose socket is full.
  if (said.asked && said.why == protocol::no_recovery::none)
    said.reached.offset = std::max(said.reached.offset, wanted.since->offset);
  said.replayed = past.stored.units;
  said.skipped = skips_of(made.at.in->options().slow_consumers);
  net::counters& count = hub_.count_of(peer);
  if (said.asked)
    (past.why == protocol::no_recovery::none ? count.recovered : count.not_recovered).add();
  log_peer(hub_.log(), log_level::debug, peer, "subscribed to ", wanted.topic, " at offset ",
           made.at.offset, ", ", past.stored.units, " sent again");
  const std::error_code sent = peer.answer_with(
      session::share(wire::make_frame(wire::opcode::text, protocol::write_subscribed(said))),
      wanted.topic, past.stored);
  if (!sent)
    count.replayed.add(past.stored.units);
  see_to(peer, sent);
  return {};
}

client_commands::replay client_commands::replay_for(
    const protocol::subscribe_command::entry& wanted, const topic::standing& at) {
  using protocol::no_recovery;
  const time_point now = clock::now();
  const std::uint64_t most = at.most_again;
  // Of a topic where only the newest counts nobody is to wait for the next one.
  const std::size_t last = std::max<std::size_t>(wanted.last, at.in->only_newest_counts() ? 1 : 0);
  const auto newest = [&](no_recovery why) {
    return replay{why, at.in->stored_before(at.offset, last, most, now)};
  };
  if (!wanted.since)
    return newest(no_recovery::none);
  if (wanted.since->epoch != at.in->epoch())
    return newest(no_recovery::epoch);
  topic::topic::stored stored = at.in->stored_between(wanted.since->offset, at.offset, most, now);
  if (!stored.complete)
    return newest(no_recovery::gap);
  if (stored.too_much)
    return newest(no_recovery::limit);
  return {no_recovery::none, std::move(stored)};
}

}  // namespace broadcast_hub
