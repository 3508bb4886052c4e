#pragma once

#include "hub/client_answers.hpp"
#include "protocol/command.hpp"

#include <broadcast_hub/handlers.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace broadcast_hub {

class hub_core;

/// What clients that speak bhub.v1 may do: by the options, and by the application, which is asked
/// where it wants to be. A refusal is told.
///
/// Thread safety: for different shards at once; each on its own thread.
class client_rights {
 public:
  client_rights(hub_core& hub, const client_answers& answers) : hub_(hub), answers_(answers) {}

  bool may_subscribe(net::connection& peer, command_id of,
                     const protocol::subscribe_command::entry& wanted) const;
  bool may_watch(net::connection& peer, command_id of, const std::string& topic) const;
  bool may_read_history(net::connection& peer, command_id of, const std::string& topic) const;
  bool may_read_presence(net::connection& peer, command_id of, const std::string& topic) const;
  bool may_publish(net::connection& peer, command_id of, const publish_event& event) const;

 private:
  /// By the rules for topics. `wanted`: a name or a pattern.
  bool are_open(std::string_view wanted) const;

  /// `named`: what a refusal names.
  bool has_presence(net::connection& peer, command_id of, std::string_view named,
                    const std::string& topic) const;

  /// Who is not subscribed must have been able to, and needs the application's word.
  template <typename Handler, typename Event>
  bool may_read(net::connection& peer, command_id of, const char* name, const Handler& handler,
                const Event& event) const;

  /// Asks the application. `topic`: that a refusal names.
  template <typename Handler, typename Event>
  bool is_allowed(net::connection& peer, command_id of, std::string_view topic, const char* name,
                  const Handler& handler, const Event& event) const;
  bool is_allowed_by(net::connection& peer, command_id of, std::string_view topic, const char* name,
                     const std::function<command_reply()>& ask) const;

  hub_core& hub_;
  const client_answers& answers_;
};

}  // namespace broadcast_hub
