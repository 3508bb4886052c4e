#include "hub/client_subscriptions.hpp"

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

void client_subscriptions::subscribe_first(net::connection& peer,
                                           const std::vector<std::string>& topics) {
  for (const std::string& topic : topics) {
    if (const std::error_code error = hub_.subscribe(peer, topic)) {
      log_peer(hub_.log(), log_level::error, peer, "on_upgrade subscribes it to \"",
               printable(topic), "\": ", error.message());
    }
  }
}

std::error_code client_subscriptions::subscribe_unasked(net::connection& peer,
                                                        const std::string& topic) {
  protocol::subscribe_command::entry wanted;
  wanted.topic = topic;
  try {
    return topic::is_valid_pattern(topic) ? subscribe_to_pattern(peer, 0, topic, false)
                                          : subscribe_to_name(peer, 0, wanted);
  } catch (const std::bad_alloc&) {
    // It may be subscribed and not know it.
    peer.fail(close_code::internal_error, "out of memory");
    throw;
  }
}

void client_subscriptions::tell_unsubscribed(net::connection& peer, std::string_view topic) {
  client_answers::send(peer, protocol::write_unsubscribed(topic, protocol::ended_for_good,
                                                          protocol::ended_by_application));
}

void client_subscriptions::subscribe(net::connection& peer, command_id of,
                                     const protocol::subscribe_command::entry& wanted) {
  const bool pattern = topic::is_valid_pattern(wanted.topic);
  if (!pattern && !topic::is_valid_name(wanted.topic))
    return answers_.refuse(peer, of, wanted.topic, errc::invalid_topic);
  if (pattern && (wanted.since || wanted.last > 1 || wanted.presence))
    return answers_.refuse(
        peer, {of, wanted.topic, protocol::error_code::malformed,
               "a pattern has no \"e\", \"o\" or \"presence\", and its \"last\" is 0 or 1"});
  // It may move what stands, which may be what the application has made for it.
  if (!peer.session().out().subscribed_as(wanted.topic) && !rights_.may_subscribe(peer, of, wanted))
    return;
  if (wanted.presence && !rights_.may_watch(peer, of, wanted.topic))
    return;
  const std::error_code error = pattern
                                    ? subscribe_to_pattern(peer, of, wanted.topic, wanted.last > 0)
                                    : subscribe_to_name(peer, of, wanted);
  if (error)
    answers_.refuse(peer, of, wanted.topic, error);
}

std::error_code client_subscriptions::subscribe_to_pattern(net::connection& peer, command_id of,
                                                           const std::string& pattern,
                                                           bool newest) {
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
  client_answers::see_to(peer, sent);
  return {};
}

std::error_code client_subscriptions::subscribe_to_name(
    net::connection& peer, command_id of, const protocol::subscribe_command::entry& wanted) {
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
  client_answers::see_to(peer, sent);
  return {};
}

client_subscriptions::replay client_subscriptions::replay_for(
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

void client_subscriptions::unsubscribe(net::connection& peer, command_id of,
                                       const protocol::unsubscribe_command& command) {
  bool failed = false;
  for (const std::string& topic : command.topics) {
    if (const std::error_code error = peer.unsubscribe(topic)) {
      answers_.refuse(peer, of, topic, error);
      failed = true;
    } else {
      hub_.presence().leave(peer, topic);
    }
  }
  if (!failed && of != 0)
    client_answers::send(peer, protocol::write_ok(of));
}

}  // namespace broadcast_hub
