#pragma once

#include <broadcast_hub/connection.hpp>
#include <broadcast_hub/events.hpp>
#include <broadcast_hub/message.hpp>
#include <broadcast_hub/publication.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace broadcast_hub {

/// @name What a client that speaks bhub.v1 asks for
/// @{
struct subscribe_event {
  std::string topic;      ///< a name or a pattern
  bool presence = false;  ///< it wants to be told who else is there
};

struct publish_event {
  std::string topic;
  std::string_view payload;  ///< valid until the handler returns
  message_kind kind = message_kind::text;
  std::string key;  ///< empty: it has none. A retry, whose key is known, is not asked about
};

/// A client's publication that has its place.
struct published_event {
  std::string topic;
  topic_position place;  ///< its own
  std::string key;       ///< empty: it has none
  std::string user;      ///< of the client; empty: it is anonymous
};

struct history_event {
  std::string topic;
};

struct presence_event {
  std::string topic;
};
/// @}

/// Whether a client gets what it asks for.
struct command_reply {
  bool allowed = true;
  std::string reason;  ///< of a refusal, for the client's developer; UTF-8

  static command_reply allow() { return {}; }
  static command_reply deny(std::string reason = {}) { return {false, std::move(reason)}; }
};

/// @name Functions of the application, called by a hub
/// @{
using open_handler = std::function<void(connection)>;
using message_handler = std::function<void(connection, const message&)>;
using close_handler = std::function<void(connection, const close_event&)>;
using slow_handler =
    std::function<void(connection, const std::string& topic, std::uint64_t lag_bytes)>;
using drain_handler = std::function<void(const std::string& topic)>;
using upgrade_handler = std::function<upgrade_reply(const upgrade_request&)>;
using async_upgrade_handler = std::function<void(const upgrade_request&, upgrade_responder)>;
using subscribe_handler = std::function<command_reply(connection, const subscribe_event&)>;
using publish_handler = std::function<command_reply(connection, const publish_event&)>;
using published_handler = std::function<void(connection, const published_event&)>;
using history_handler = std::function<command_reply(connection, const history_event&)>;
using presence_handler = std::function<command_reply(connection, const presence_event&)>;
using connection_predicate = std::function<bool(const connection&)>;
/// @}

}  // namespace broadcast_hub
