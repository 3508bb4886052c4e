#include "hub/client_rights.hpp"

#include "hub/hub_core.hpp"
#include "topic/name.hpp"

#include <broadcast_hub/error.hpp>

namespace broadcast_hub {

using protocol::error_code;

bool client_rights::may_subscribe(net::connection& peer, command_id of,
                                  const protocol::subscribe_command::entry& wanted) const {
  if (!are_open(wanted.topic)) {
    answers_.refuse(peer, {of, wanted.topic, error_code::permission_denied,
                           topic::is_valid_pattern(wanted.topic)
                               ? "it matches topics that clients may not subscribe to"
                               : "clients may not subscribe to this topic"});
    return false;
  }
  return is_allowed(peer, of, wanted.topic, "on_subscribe", hub_.handlers().on_subscribe,
                    subscribe_event{wanted.topic, wanted.presence});
}

// Of the rules the first that matches a name counts for it.
bool client_rights::are_open(std::string_view wanted) const {
  const topics_options& topics = hub_.options().topics;
  for (const topic_rule& rule : topics.rules) {
    if (!rule.options.allow_client_subscribe && topic::overlap(rule.pattern, wanted))
      return false;
    if (topic::covers(rule.pattern, wanted))
      return true;
  }
  return topics.defaults.allow_client_subscribe;
}

bool client_rights::has_presence(net::connection& peer, command_id of, std::string_view named,
                                 const std::string& topic) const {
  if (hub_.presence().enabled_on(topic))
    return true;
  answers_.refuse(
      peer, {of, named, error_code::permission_denied, "presence is not enabled on this topic"});
  return false;
}

bool client_rights::may_watch(net::connection& peer, command_id of,
                              const std::string& topic) const {
  return has_presence(peer, of, topic, topic) &&
         is_allowed(peer, of, topic, "on_presence", hub_.handlers().on_presence,
                    presence_event{topic});
}

bool client_rights::may_read_presence(net::connection& peer, command_id of,
                                      const std::string& topic) const {
  return has_presence(peer, of, {}, topic) &&
         may_read(peer, of, "on_presence", hub_.handlers().on_presence, presence_event{topic});
}

bool client_rights::may_read_history(net::connection& peer, command_id of,
                                     const std::string& topic) const {
  return may_read(peer, of, "on_history", hub_.handlers().on_history, history_event{topic});
}

bool client_rights::may_publish(net::connection& peer, command_id of,
                                const publish_event& event) const {
  return is_allowed(peer, of, {}, "on_publish", hub_.handlers().on_publish, event);
}

template <typename Handler, typename Event>
bool client_rights::may_read(net::connection& peer, command_id of, const char* name,
                             const Handler& handler, const Event& event) const {
  const bool subscribed = peer.session().out().subscribed_to(event.topic);
  if (!subscribed && (!handler || !are_open(event.topic))) {
    answers_.refuse(peer, of, {}, errc::not_subscribed);
    return false;
  }
  return is_allowed(peer, of, {}, name, handler, event);
}

template <typename Handler, typename Event>
bool client_rights::is_allowed(net::connection& peer, command_id of, std::string_view topic,
                               const char* name, const Handler& handler, const Event& event) const {
  if (!handler)
    return true;
  const auto ask = [&] { return handler(hub_.handle(peer), event); };
  return is_allowed_by(peer, of, topic, name, std::cref(ask));
}

// A function of the application that throws has not decided: the client is told that we failed.
bool client_rights::is_allowed_by(net::connection& peer, command_id of, std::string_view topic,
                                  const char* name,
                                  const std::function<command_reply()>& ask) const {
  command_reply answer;
  if (!hub_.tried(peer, name, [&] { answer = ask(); })) {
    answers_.refuse(peer, {of, topic, error_code::internal, "the server failed"});
    return false;
  }
  if (!answer.allowed)
    answers_.refuse(peer, {of, topic, error_code::permission_denied, answer.reason});
  return answer.allowed;
}

}  // namespace broadcast_hub
