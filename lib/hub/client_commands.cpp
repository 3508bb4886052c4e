#include "hub/client_commands.hpp"

#include "base/text.hpp"
#include "hub/hub_core.hpp"
#include "hub/peer_log.hpp"
#include "protocol/presence_frame.hpp"
#include "topic/name.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/version.hpp>

#include <algorithm>
#include <new>
#include <utility>
#include <variant>

namespace broadcast_hub {
namespace {

using protocol::error_code;

error_code code_of(std::error_code error) {
  if (error == errc::already_subscribed)
    return error_code::already_subscribed;
  if (error == errc::not_subscribed)
    return error_code::not_subscribed;
  if (error == errc::too_many_topics || error == errc::too_many_subscriptions)
    return error_code::limit_exceeded;
  if (error == errc::message_too_big)
    return error_code::payload_too_large;
  if (error == errc::overloaded)
    return error_code::too_many_requests;
  if (error == errc::key_conflict)
    return error_code::key_conflict;
  return error == errc::invalid_topic ? error_code::malformed : error_code::internal;
}

/// What an answer takes at most besides what was asked for.
constexpr std::size_t answer_room = 1024;

constexpr std::string_view no_presence = "presence is not enabled on this topic";

constexpr std::chrono::milliseconds retry_when_overloaded{1000};

}  // namespace

client_commands::client_commands(hub_core& hub, std::size_t shards)
    : hub_(hub),
      decoders_(shards, protocol::command_decoder(
                            {.max_json_depth = hub.options().limits.max_json_depth})) {}

void client_commands::greet(net::connection& peer) {
  const hub_options& options = hub_.options();
  const std::string client = hub_.presence().id_of(peer);
  protocol::hello hello;
  hello.client_id = client;
  hello.ping = options.heartbeat.ping_after;
  hello.retry_min = options.protocol.retry_min;
  hello.retry_max = options.protocol.retry_max;
  hello.version = BROADCAST_HUB_VERSION;
  hello.max_message_bytes = options.limits.max_message_bytes;
  hello.window = shortest_window(peer);
  send(peer, protocol::write_hello(hello));
}

void client_commands::say_goodbye(net::connection& peer) {
  send(peer,
       protocol::write_bye(std::chrono::milliseconds(0), hub_.options().protocol.comeback_within));
}

void client_commands::subscribe_first(net::connection& peer,
                                      const std::vector<std::string>& topics) {
  for (const std::string& topic : topics) {
    if (const std::error_code error = hub_.subscribe(peer, topic)) {
      log_peer(hub_.log(), log_level::error, peer, "on_upgrade subscribes it to \"",
               printable(topic), "\": ", error.message());
    }
  }
}

std::error_code client_commands::subscribe_unasked(net::connection& peer,
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

void client_commands::tell_unsubscribed(net::connection& peer, std::string_view topic) {
  send(peer, protocol::write_unsubscribed(topic, protocol::ended_for_good,
                                          protocol::ended_by_application));
}

void client_commands::handle(net::connection& peer, const message& frame) {
  if (frame.kind != message_kind::text)
    return on_fault(peer, {0, error_code::malformed, "a binary frame; frames are JSON text"});
  auto decoded = decoders_[peer.id().shard].decode(frame.payload);
  if (const auto* fault = std::get_if<protocol::command_fault>(&decoded))
    return on_fault(peer, *fault);
  hub_.count_of(peer).commands.add();
  const auto& command = std::get<protocol::command>(decoded);
  std::visit([&](const auto& what) { run(peer, command.id, what); }, command.what);
}

void client_commands::on_fault(net::connection& peer, const protocol::command_fault& fault) {
  const protocol::failed said{fault.id, {}, fault.code, fault.reason};
  // Its application made that, and a client that is right may have to send it again and again. It
  // is told even without an id: nobody else could know.
  if (fault.of_content) {
    log_peer(hub_.log(), log_level::debug, peer, "is refused: ", escaped{fault.reason});
    return send(peer, protocol::write_failed(said));
  }
  hub_.count_of(peer).command_faults.add();
  log_peer(hub_.log(), log_level::debug, peer, "sent no command: ", escaped{fault.reason});
  const std::size_t most = hub_.options().protocol.max_faults_per_minute;
  if (peer.faults().add(clock::now(), static_cast<std::uint32_t>(most)))
    return peer.fail(close_code::policy_violation, "too many malformed frames");
  send(peer, protocol::write_failed(said));
}

void client_commands::run(net::connection&, id, const protocol::pong_command&) {}

void client_commands::run(net::connection& peer, id of,
                          const protocol::subscribe_command& command) {
  for (const auto& wanted : command.topics) {
    if (!peer.is_open())
      return;
    subscribe(peer, of, wanted);
  }
}

void client_commands::subscribe(net::connection& peer, id of,
                                const protocol::subscribe_command::entry& wanted) {
  const bool pattern = topic::is_valid_pattern(wanted.topic);
  if (!pattern && !topic::is_valid_name(wanted.topic))
    return refuse(peer, of, wanted.topic, errc::invalid_topic);
  if (pattern && (wanted.since || wanted.last > 1 || wanted.presence))
    return refuse(peer,
                  {of, wanted.topic, error_code::malformed,
                   "a pattern has no \"e\", \"o\" or \"presence\", and its \"last\" is 0 or 1"});
  // It may move what stands, which may be what the application has made for it.
  if (!peer.session().out().subscribed_as(wanted.topic) && !is_granted(peer, of, wanted))
    return;
  if (wanted.presence && !may_watch(peer, of, wanted.topic))
    return;
  const std::error_code error = pattern
                                    ? subscribe_to_pattern(peer, of, wanted.topic, wanted.last > 0)
                                    : subscribe_to_name(peer, of, wanted);
  if (error)
    refuse(peer, of, wanted.topic, error);
}

bool client_commands::is_granted(net::connection& peer, id of,
                                 const protocol::subscribe_command::entry& wanted) {
  if (!may_subscribe(wanted.topic)) {
    refuse(peer, {of, wanted.topic, error_code::permission_denied,
                  topic::is_valid_pattern(wanted.topic)
                      ? "it matches topics that clients may not subscribe to"
                      : "clients may not subscribe to this topic"});
    return false;
  }
  return is_allowed(peer, of, wanted.topic, "on_subscribe", hub_.handlers().on_subscribe,
                    subscribe_event{wanted.topic, wanted.presence});
}

void client_commands::run(net::connection& peer, id of,
                          const protocol::unsubscribe_command& command) {
  bool failed = false;
  for (const std::string& topic : command.topics) {
    if (const std::error_code error = peer.unsubscribe(topic)) {
      refuse(peer, of, topic, error);
      failed = true;
    } else {
      hub_.presence().leave(peer, topic);
    }
  }
  if (!failed && of != 0)
    send(peer, protocol::write_ok(of));
}

void client_commands::run(net::connection& peer, id of, const protocol::history_command& command) {
  if (!topic::is_valid_name(command.topic))
    return refuse(peer, of, {}, errc::invalid_topic);
  if (!may_read(peer, of, "on_history", hub_.handlers().on_history, history_event{command.topic}))
    return;
  hub_core::history_query asked;
  if (command.since) {
    asked.since = command.since->offset;
    asked.epoch = command.since->epoch;
  }
  asked.newest = command.last > 0;
  asked.limit = asked.newest ? command.last : command.limit;
  // Their frames are longer than what the answer has of them.
  asked.most_bytes = peer.session().room_for_answer();
  const hub_core::history_page page = hub_.history(command.topic, asked);
  const history_result& found = page.result;
  if (page.cut_off && found.publications.empty()) {
    return refuse(
        peer,
        {of,
         {},
         error_code::limit_exceeded,
         asked.newest ? "the newest publication is longer than what may be queued for a client"
                      : "the next publication is longer than what may be queued for a client"});
  }
  std::vector<protocol::past_item> items;
  for (const past_publication& each : found.publications)
    items.push_back({each.offset, {each.kind, each.payload}});
  if (of != 0)
    send(peer,
         protocol::write_history(of, {found.epoch, found.newest_offset}, items, page.cut_off));
}

void client_commands::run(net::connection& peer, id of, const protocol::presence_command& command) {
  if (!topic::is_valid_name(command.topic))
    return refuse(peer, of, {}, errc::invalid_topic);
  if (!hub_.presence().enabled_on(command.topic))
    return refuse(peer, {of, {}, error_code::permission_denied, no_presence});
  if (!may_read(peer, of, "on_presence", hub_.handlers().on_presence,
                presence_event{command.topic}) ||
      of == 0)
    return;
  const presence::attendance::snapshot seen = hub_.presence().look(command.topic);
  const std::string text =
      protocol::write_presence(of, presence_board::as_written(seen.clients), seen.count);
  const bool fits = peer.session().has_room_for(text.size() + answer_room);
  send(peer, fits ? text : protocol::write_presence(of, {}, seen.count));
}

// Of the rules the first that matches a name counts for it.
bool client_commands::may_subscribe(std::string_view wanted) const {
  const topics_options& topics = hub_.options().topics;
  for (const topic_rule& rule : topics.rules) {
    if (!rule.options.allow_client_subscribe && topic::overlap(rule.pattern, wanted))
      return false;
    if (topic::covers(rule.pattern, wanted))
      return true;
  }
  return topics.defaults.allow_client_subscribe;
}

bool client_commands::may_watch(net::connection& peer, id of, const std::string& topic) {
  if (!hub_.presence().enabled_on(topic)) {
    refuse(peer, {of, topic, error_code::permission_denied, no_presence});
    return false;
  }
  return is_allowed(peer, of, topic, "on_presence", hub_.handlers().on_presence,
                    presence_event{topic});
}

void client_commands::run(net::connection& peer, id, const protocol::message_command& command) {
  hub_.hand_over(peer, {command.data.bytes, command.data.kind});
}

/// Who is not subscribed must have been able to, and needs the application's word.
template <typename Handler, typename Event>
bool client_commands::may_read(net::connection& peer, id of, const char* name,
                               const Handler& handler, const Event& event) {
  const bool subscribed = peer.session().out().subscribed_to(event.topic);
  if (!subscribed && (!handler || !may_subscribe(event.topic))) {
    refuse(peer, of, {}, errc::not_subscribed);
    return false;
  }
  return is_allowed(peer, of, {}, name, handler, event);
}

bool client_commands::is_allowed_by(net::connection& peer, id of, std::string_view topic,
                                    const char* name, const std::function<command_reply()>& ask) {
  command_reply answer;
  if (!hub_.tried(peer, name, [&] { answer = ask(); })) {
    refuse(peer, {of, topic, error_code::internal, "the server failed"});
    return false;
  }
  if (!answer.allowed)
    refuse(peer, {of, topic, error_code::permission_denied, answer.reason});
  return answer.allowed;
}

connection client_commands::handle_of(const net::connection& peer) {
  return hub_.handle(peer);
}

void client_commands::refuse(net::connection& peer, id of, std::string_view topic,
                             std::error_code error) {
  protocol::failed said{of, topic, code_of(error), {}};
  const std::string reason = error.message();
  said.reason = reason;
  if (said.code == error_code::too_many_requests)
    said.retry_after = retry_when_overloaded;
  refuse(peer, said);
}

void client_commands::refuse(net::connection& peer, const protocol::failed& said) {
  log_peer(hub_.log(), log_level::debug, peer, "is refused: ", static_cast<int>(said.code), " ",
           escaped{said.reason});
  if (said.id == 0 && said.topic.empty())
    return;  // it wants no reply
  protocol::failed told = said;
  if (told.reason.empty() || !wire::is_valid_utf8(told.reason))
    told.reason = "permission denied";
  send(peer, protocol::write_failed(told));
}

void client_commands::send(net::connection& peer, std::string_view text) {
  see_to(peer, peer.answer(session::share(wire::make_frame(wire::opcode::text, text))));
}

// Who is closing, or was closed for this, wants to know nothing more.
void client_commands::see_to(net::connection& peer, std::error_code sent) {
  if (sent == errc::message_too_big)
    peer.fail(close_code::internal_error, "an answer is too long");
}

}  // namespace broadcast_hub
