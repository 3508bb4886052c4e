#pragma once

#include "net/connection.hpp"
#include "protocol/command.hpp"
#include "protocol/command_decoder.hpp"
#include "protocol/server_frame.hpp"
#include "topic/recent_keys.hpp"

#include <broadcast_hub/handlers.hpp>
#include <broadcast_hub/message.hpp>
#include <broadcast_hub/publication.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace broadcast_hub {

class hub_core;

/// What the hub does for clients that speak bhub.v1.
///
/// Thread safety: for different shards at once; each on its own thread.
class client_commands {
 public:
  client_commands(hub_core& hub, std::size_t shards);

  /// The first frame of a session.
  void greet(net::connection& peer);

  /// What the answer to its request subscribes a client to, with or without bhub.v1.
  void subscribe_first(net::connection& peer, const std::vector<std::string>& topics);

  /// The application subscribes it, or ended a subscription: it is told.
  std::error_code subscribe_unasked(net::connection& peer, const std::string& topic);
  static void tell_unsubscribed(net::connection& peer, std::string_view topic);

  void handle(net::connection& peer, const message& frame);

  /// The hub stops: the client is told when to come back.
  void say_goodbye(net::connection& peer);

 private:
  using id = std::uint64_t;

  void run(net::connection& peer, id of, const protocol::pong_command& command);
  void run(net::connection& peer, id of, const protocol::subscribe_command& command);
  void run(net::connection& peer, id of, const protocol::unsubscribe_command& command);
  void run(net::connection& peer, id of, const protocol::publish_command& command);
  void run(net::connection& peer, id of, const protocol::history_command& command);
  void run(net::connection& peer, id of, const protocol::presence_command& command);
  void run(net::connection& peer, id of, const protocol::message_command& command);

  void subscribe(net::connection& peer, id of, const protocol::subscribe_command::entry& wanted);
  std::error_code subscribe_to_name(net::connection& peer, id of,
                                    const protocol::subscribe_command::entry& wanted);
  std::error_code subscribe_to_pattern(net::connection& peer, id of, const std::string& pattern,
                                       bool newest);

  /// Stored publications for a client that has just subscribed, as far as they may be sent.
  struct replay {
    protocol::no_recovery why = protocol::no_recovery::none;
    topic::topic::stored stored;
  };
  static replay replay_for(const protocol::subscribe_command::entry& wanted,
                           const topic::standing& at);

  /// Asks the application, if it wants to be asked. A refusal, which names the topic, is told.
  template <typename Handler, typename Event>
  bool is_allowed(net::connection& peer, id of, std::string_view topic, const char* name,
                  const Handler& handler, const Event& event);
  bool is_allowed_by(net::connection& peer, id of, std::string_view topic, const char* name,
                     const std::function<command_reply()>& ask);
  connection handle_of(const net::connection& peer);
  template <typename Handler, typename Event>
  bool may_read(net::connection& peer, id of, const char* name, const Handler& handler,
                const Event& event);

  /// @name Publications: in client_publications.cpp
  /// @{
  std::optional<topic::publication_key> key_of(const net::connection& peer,
                                               const protocol::publish_command& command) const;
  void tell_published(net::connection& peer, id of, const protocol::publish_command& command,
                      const publish_result& result);

  /// So long keys are known on all topics where clients may publish, if there are any.
  std::optional<std::chrono::milliseconds> shortest_window(const net::connection& peer) const;
  /// @}

  bool may_watch(net::connection& peer, id of, const std::string& topic);

  /// By the rules and the application; else it is told.
  bool is_granted(net::connection& peer, id of, const protocol::subscribe_command::entry& wanted);

  /// By the rules for topics. `wanted`: a name or a pattern.
  bool may_subscribe(std::string_view wanted) const;

  void on_fault(net::connection& peer, const protocol::command_fault& fault);
  void refuse(net::connection& peer, const protocol::failed& said);
  void refuse(net::connection& peer, id of, std::string_view topic, std::error_code error);
  static void send(net::connection& peer, std::string_view text);

  /// An answer that cannot be queued: nobody is to wait for it.
  static void see_to(net::connection& peer, std::error_code sent);

  hub_core& hub_;
  std::vector<protocol::command_decoder> decoders_;  // one for each shard
};

// A function of the application that throws has not decided: the client is told that we failed.
template <typename Handler, typename Event>
bool client_commands::is_allowed(net::connection& peer, id of, std::string_view topic,
                                 const char* name, const Handler& handler, const Event& event) {
  if (!handler)
    return true;
  const auto ask = [&] { return handler(handle_of(peer), event); };
  return is_allowed_by(peer, of, topic, name, std::cref(ask));
}

}  // namespace broadcast_hub
