// What the shards tell the hub: requests, messages, ends.

#include "base/text.hpp"
#include "hub/hub_core.hpp"
#include "hub/upgrade.hpp"
#include "net/address.hpp"
#include "protocol/server_frame.hpp"
#include "topic/name.hpp"
#include "wire/handshake.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace broadcast_hub {
namespace {

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

const router& hub_core::rules_of(const net::connection& peer) {
  const lock_guard lock(endpoints_mutex_);
  return *endpoints_[peer.listener()].rules;  // never removed
}

void hub_core::on_accept(net::connection& peer) {
  log_peer(log_, log_level::trace, peer, "accepted");
}

void hub_core::on_request(net::connection& peer, wire::request request) {
  const router& rules = rules_of(peer);
  router::route found = rules.check(request);
  if (sockets_open() > options_.limits.max_connections) {
    found.refusal = wire::text_response(503, "The server is full; try again later.");
    found.refusal->headers.emplace_back("Retry-After", "5");
    found.refusal->close = true;
  }
  if (found.is_websocket && !found.refusal)
    return ask_application(peer, std::move(request));
  if (found.is_websocket)
    return refuse_upgrade(peer, request, *found.refusal, found.remedy);

  net::counters& count = shards_[peer.id().shard]->count();
  count.http_requests.add();
  const wire::response answer = found.refusal ? *found.refusal : rules.serve(request);
  log_peer(log_, log_level::debug, peer, request.method, " ", escaped{request.target}, ": ",
           answer.status);
  peer.respond(answer, request.keep_alive);
}

void hub_core::ask_application(net::connection& peer, wire::request request) {
  if (handlers_.on_upgrade_async) {
    const upgrade_request event = describe(request, net::to_string(peer.remote()));
    const upgrade_responder responder(std::make_shared<upgrade_responder::state>(
        weak_from_this(), peer.id(), std::move(request)));
    // What throws has not replied: the responder then does.
    guarded(peer, "on_upgrade", [&] { handlers_.on_upgrade_async(event, responder); });
    return;
  }
  upgrade_reply answer;
  if (handlers_.on_upgrade) {
    const upgrade_request event = describe(request, net::to_string(peer.remote()));
    answer = upgrade_reply::refuse(500, "The server failed.");
    guarded(peer, "on_upgrade", [&] { answer = handlers_.on_upgrade(event); });
  }
  apply_upgrade(peer, request, std::move(answer));
}

void hub_core::answer_upgrade(connection_id id, wire::request request, upgrade_reply answer) {
  net::shard& shard = *shards_[id.shard];
  auto apply = [this, &shard, id, request = std::move(request),
                answer = std::move(answer)]() mutable {
    shard.with(id, [&](net::connection& peer) { apply_upgrade(peer, request, std::move(answer)); });
  };
  // Posted even on the own thread: handlers do not run inside handlers.
  shard.post(std::move(apply));
}

void hub_core::apply_upgrade(net::connection& peer, const wire::request& request,
                             upgrade_reply answer) {
  if (!peer.awaits_answer())
    return;  // it took too long, or the hub stops
  if (const auto fault = find_fault(answer, request)) {
    log_peer(log_, log_level::error, peer, *fault);
    answer = upgrade_reply::refuse(500, "The server failed.");
  }
  if (answer.status != 101) {
    wire::response refusal = wire::text_response(answer.status, answer.body);
    refusal.headers.insert(refusal.headers.end(), answer.headers.begin(), answer.headers.end());
    if (answer.status == 426)
      refusal.headers.emplace_back("Upgrade", "websocket");  // RFC 9110, section 15.5.22
    refusal.close = true;
    return refuse_upgrade(peer, request, refusal);
  }
  const listen_options& rules = rules_of(peer).options();
  if (answer.subprotocol.empty() && rules.bhub_v1 &&
      wire::offers_subprotocol(request, protocol::subprotocol))
    answer.subprotocol = protocol::subprotocol;
  const bool speaks_protocol = answer.subprotocol == protocol::subprotocol;
  peer.accept(
      {wire::accept_upgrade(request, answer.subprotocol, rules.permessage_deflate, answer.headers),
       request.path,
       {std::move(answer.user), std::move(answer.info)},
       speaks_protocol,
       std::move(answer.subscriptions)});
}

void hub_core::refuse_upgrade(net::connection& peer, const wire::request& request,
                              const wire::response& refusal, std::string_view remedy) {
  shards_[peer.id().shard]->count().upgrades_refused.add();
  // The path alone: pages can put their tokens nowhere but into the query.
  log_peer(log_, log_level::info, peer, "refused a WebSocket request for ", escaped{request.path},
           " with status ", refusal.status, ": ",
           escaped{refusal.body ? first_line(*refusal.body) : std::string_view()}, remedy);
  peer.respond(refusal, false);
}

void hub_core::on_open(net::connection& peer, const std::vector<std::string>& subscriptions) {
  if (log_.enabled(log_level::info))
    log_peer(log_, log_level::info, peer, "opened, path ", escaped{handle(peer).path()},
             peer.speaks_protocol() ? ", speaks bhub.v1" : "");
  try {
    begin_session(peer, subscriptions);
  } catch (const std::bad_alloc&) {
    // `on_close` will come, and so `on_open` must.
    peer.fail(close_code::internal_error, "out of memory");
  }
  if (handlers_.on_open)
    guarded(peer, "on_open", [&] { handlers_.on_open(handle(peer)); });
}

void hub_core::begin_session(net::connection& peer, const std::vector<std::string>& subscriptions) {
  if (peer.speaks_protocol())
    commands_.greet(peer);
  else
    presence_.join(peer, std::string(topic::default_topic));
  commands_.subscriptions().subscribe_first(peer, subscriptions);
}

void hub_core::on_message(net::connection& peer, const message& received) {
  log_peer(log_, log_level::debug, peer, "received ", summary_of{received.kind, received.payload},
           ": ", escaped{received.payload});
  peer.speaks_protocol() ? commands_.handle(peer, received) : hand_over(peer, received);
}

void hub_core::hand_over(net::connection& peer, const message& received) {
  if (!handlers_.on_message)
    return;
  guarded(peer, "on_message", [&] { handlers_.on_message(handle(peer), received); });
}

void hub_core::on_farewell(net::connection& peer) {
  if (!peer.speaks_protocol()) {
    peer.close(close_code::going_away, {});
    return;
  }
  commands_.say_goodbye(peer);
  peer.close(close_code::service_restart, {});
}

void hub_core::on_close(net::connection& peer, const close_event& event) {
  presence_.leave_all(peer);
  // Nobody has to act when a peer leaves; limits and faults may want a look.
  const bool by_rule = peer.session().ended_by() != session::session::cause::none;
  const log_level level = by_rule ? log_level::warn : log_level::info;
  log_peer(log_, level, peer, "closed, code ", static_cast<unsigned>(event.code),
           event.reason.empty() ? "" : ", reason \"", escaped{event.reason},
           event.reason.empty() ? "" : "\"",
           event.clean || by_rule ? "" : ", without a closing handshake");
  if (!handlers_.on_close)
    return;
  guarded(peer, "on_close", [&] { handlers_.on_close(handle(peer), event); });
}

void hub_core::on_unopened_end(net::connection& peer) {
  using cause = session::session::cause;
  const cause why = peer.session().ended_by();
  if (why == cause::bad_request) {
    const session::session::refusal refused = peer.session().bad_request();
    log_peer(log_, log_level::warn, peer, "sent a bad request: ", refused.status, ", ",
             refused.fault);
  }
  if (why == cause::handshake_timeout) {
    log_peer(log_, log_level::warn, peer, "had no request, or no decision, in time");
  }
  log_peer(log_, log_level::trace, peer, "ended");
}

void hub_core::on_slow(net::connection& peer, const std::string& topic, std::uint64_t lag_bytes) {
  log_peer(log_, log_level::debug, peer, "is ", lag_bytes, " bytes behind on ", topic);
  if (!handlers_.on_slow)
    return;
  guarded(peer, "on_slow", [&] { handlers_.on_slow(handle(peer), topic, lag_bytes); });
}

void hub_core::on_drain(net::shard& on, const std::string& topic) {
  if (!handlers_.on_drain)
    return;
  try {
    handlers_.on_drain(topic);
  } catch (...) {
    on.count().handler_failures.add();
    log_.log(log_level::error, "on_drain threw: ", current_exception_text());
  }
}

void hub_core::on_timer_failure() {
  shards_.front()->count().handler_failures.add();
  log_.log(log_level::error, "a timer's function threw: ", current_exception_text());
}

void hub_core::on_stopping(net::shard& stopping) noexcept {
  if (&stopping == shards_.front().get())
    close_listeners();
}

void hub_core::on_stopped(net::shard& stopped) {
  life_.on_stopped(stopped);
}

}  // namespace broadcast_hub
