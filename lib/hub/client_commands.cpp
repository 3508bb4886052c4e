#include "hub/client_commands.hpp"

#include "base/text.hpp"
#include "hub/hub_core.hpp"
#include "hub/peer_log.hpp"
#include "protocol/presence_frame.hpp"
#include "topic/name.hpp"

#include <broadcast_hub/version.hpp>

#include <utility>
#include <variant>

namespace broadcast_hub {

using protocol::error_code;

client_commands::client_commands(hub_core& hub, std::size_t shards)
    : hub_(hub),
      answers_(hub.log()),
      rights_(hub, answers_),
      subscriptions_(hub, answers_, rights_),
      publications_(hub, answers_, rights_),
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
  hello.window = publications_.shortest_window(peer);
  client_answers::send(peer, protocol::write_hello(hello));
}

void client_commands::say_goodbye(net::connection& peer) {
  client_answers::send(peer, protocol::write_bye(std::chrono::milliseconds(0),
                                                 hub_.options().protocol.comeback_within));
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
    hub_.count_of(peer).commands.add();
    log_peer(hub_.log(), log_level::debug, peer, "is refused: ", escaped{fault.reason});
    return client_answers::send(peer, protocol::write_failed(said));
  }
  hub_.count_of(peer).command_faults.add();
  log_peer(hub_.log(), log_level::debug, peer, "sent no command: ", escaped{fault.reason});
  const std::size_t most = hub_.options().protocol.max_faults_per_minute;
  if (peer.faults().add(clock::now(), static_cast<std::uint32_t>(most)))
    return peer.fail(close_code::policy_violation, "too many malformed frames");
  client_answers::send(peer, protocol::write_failed(said));
}

void client_commands::run(net::connection&, command_id, const protocol::pong_command&) {}

void client_commands::run(net::connection& peer, command_id of,
                          const protocol::subscribe_command& command) {
  for (const auto& wanted : command.topics) {
    if (!peer.is_open())
      return;
    subscriptions_.subscribe(peer, of, wanted);
  }
}

void client_commands::run(net::connection& peer, command_id of,
                          const protocol::unsubscribe_command& command) {
  subscriptions_.unsubscribe(peer, of, command);
}

void client_commands::run(net::connection& peer, command_id of,
                          const protocol::publish_command& command) {
  publications_.publish(peer, of, command);
}

void client_commands::run(net::connection& peer, command_id of,
                          const protocol::history_command& command) {
  if (!topic::is_valid_name(command.topic))
    return answers_.refuse(peer, of, {}, errc::invalid_topic);
  if (!rights_.may_read_history(peer, of, command.topic))
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
    return answers_.refuse(
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
    client_answers::send(
        peer, protocol::write_history(of, {found.epoch, found.newest_offset}, items, page.cut_off));
}

void client_commands::run(net::connection& peer, command_id of,
                          const protocol::presence_command& command) {
  if (!topic::is_valid_name(command.topic))
    return answers_.refuse(peer, of, {}, errc::invalid_topic);
  if (!rights_.may_read_presence(peer, of, command.topic) || of == 0)
    return;
  const presence::attendance::snapshot seen = hub_.presence().look(command.topic);
  const std::string text =
      protocol::write_presence(of, presence_board::as_written(seen.clients), seen.count);
  const bool fits = peer.session().has_room_for(text.size() + answer_room);
  client_answers::send(peer, fits ? text : protocol::write_presence(of, {}, seen.count));
}

void client_commands::run(net::connection& peer, command_id,
                          const protocol::message_command& command) {
  hub_.hand_over(peer, {command.data.bytes, command.data.kind});
}

}  // namespace broadcast_hub
