#pragma once

#include "hub/client_answers.hpp"
#include "hub/client_rights.hpp"
#include "protocol/command.hpp"
#include "topic/subscriber.hpp"
#include "topic/topic.hpp"

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace broadcast_hub {

class hub_core;

/// Subscriptions of clients that speak bhub.v1: what they are told, and what is sent again.
///
/// Thread safety: for different shards at once; each on its own thread.
class client_subscriptions {
 public:
  client_subscriptions(hub_core& hub, const client_answers& answers, const client_rights& rights)
      : hub_(hub), answers_(answers), rights_(rights) {}

  void subscribe(net::connection& peer, command_id of,
                 const protocol::subscribe_command::entry& wanted);
  void unsubscribe(net::connection& peer, command_id of,
                   const protocol::unsubscribe_command& command);

  /// What the answer to its request subscribes a client to, with or without bhub.v1.
  void subscribe_first(net::connection& peer, const std::vector<std::string>& topics);

  /// The application subscribes it, or ended a subscription: it is told.
  std::error_code subscribe_unasked(net::connection& peer, const std::string& topic);
  static void tell_unsubscribed(net::connection& peer, std::string_view topic);

 private:
  std::error_code subscribe_to_name(net::connection& peer, command_id of,
                                    const protocol::subscribe_command::entry& wanted);
  std::error_code subscribe_to_pattern(net::connection& peer, command_id of,
                                       const std::string& pattern, bool newest);

  /// Stored publications for a client that has just subscribed, as far as they may be sent.
  struct replay {
    protocol::no_recovery why = protocol::no_recovery::none;
    topic::topic::stored stored;
  };
  static replay replay_for(const protocol::subscribe_command::entry& wanted,
                           const topic::standing& at);

  hub_core& hub_;
  const client_answers& answers_;
  const client_rights& rights_;
};

}  // namespace broadcast_hub
