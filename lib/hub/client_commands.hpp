#pragma once

#include "hub/client_answers.hpp"
#include "hub/client_publications.hpp"
#include "hub/client_rights.hpp"
#include "hub/client_subscriptions.hpp"
#include "protocol/command_decoder.hpp"

#include <broadcast_hub/message.hpp>

#include <cstddef>
#include <vector>

namespace broadcast_hub {

class hub_core;

/// What the hub does for clients that speak bhub.v1: reads their commands, and hands them on.
///
/// Thread safety: for different shards at once; each on its own thread.
class client_commands {
 public:
  client_commands(hub_core& hub, std::size_t shards);

  /// The first frame of a session.
  void greet(net::connection& peer);

  client_subscriptions& subscriptions() noexcept { return subscriptions_; }

  void handle(net::connection& peer, const message& frame);

  /// The hub stops: the client is told when to come back.
  void say_goodbye(net::connection& peer);

 private:
  void run(net::connection& peer, command_id of, const protocol::pong_command& command);
  void run(net::connection& peer, command_id of, const protocol::subscribe_command& command);
  void run(net::connection& peer, command_id of, const protocol::unsubscribe_command& command);
  void run(net::connection& peer, command_id of, const protocol::publish_command& command);
  void run(net::connection& peer, command_id of, const protocol::history_command& command);
  void run(net::connection& peer, command_id of, const protocol::presence_command& command);
  void run(net::connection& peer, command_id of, const protocol::message_command& command);
  void on_fault(net::connection& peer, const protocol::command_fault& fault);

  hub_core& hub_;
  const client_answers answers_;
  const client_rights rights_;
  client_subscriptions subscriptions_;
  const client_publications publications_;
  std::vector<protocol::command_decoder> decoders_;  // one for each shard
};

}  // namespace broadcast_hub
