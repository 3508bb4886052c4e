#pragma once

#include <broadcast_hub/close_code.hpp>
#include <broadcast_hub/message.hpp>
#include <broadcast_hub/publication.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace broadcast_hub {

enum class client_state : unsigned char {
  connecting,  ///< a connection is being made
  open,        ///< the server has said hello
  waiting,     ///< the connection was lost; the client comes back by itself
  closed       ///< for good: by `stop()`, or because coming back would be wrong
};

struct client_state_event {
  client_state state = client_state::connecting;

  /// Why the last connection ended; for `waiting` and `closed`. `abnormal` when no close frame
  /// came, also when none could be made.
  close_code code = close_code::normal;
  std::string reason;                     ///< for logs
  std::chrono::milliseconds retry_in{0};  ///< for `waiting`
};

/// What was published on a topic.
///
/// Lifetime: valid until the handler returns; copy what must live longer.
struct client_publication {
  std::string_view topic;  ///< the one it was published on, also when it came through a pattern
  std::uint64_t offset = 0;
  std::string_view payload;
  message_kind kind = message_kind::text;
};

/// A subscription is live: for the first time, after a reconnect, or after a gap was found.
struct client_subscribed_event {
  std::string topic;  ///< or pattern

  /// Nothing is missing between what was delivered before and what is delivered from now on.
  /// Otherwise load the state of the topic from elsewhere.
  bool recovered = false;

  /// Why not: "first", it is new; "pattern", patterns are live only; "epoch", "gap" or "limit" as
  /// in docs/reference/protocol.md.
  std::string why;

  std::optional<topic_position> position;  ///< behind which delivery begins; nothing for patterns
};

/// A subscription is over: the server refused it or ended it.
struct client_unsubscribed_event {
  std::string topic;
  unsigned code = 0;  ///< an error code (100-110) or the server's reason to end it (2600-2699)
  std::string reason;
};

/// What became of a publication.
struct client_publish_result {
  /// `refused`: the server did not publish it, and `code` and `reason` say why. `client_closed`:
  /// the client ended first, and whether it was published is not known.
  std::error_code error;
  unsigned code = 0;
  std::string reason;
  std::chrono::milliseconds retry_after{0};  ///< with code 108: try again then
  topic_position position;                   ///< the place that it has; without an error

  explicit operator bool() const noexcept { return !error; }
};

/// @name Functions of the application, called by a client
/// @{
using client_state_handler = std::function<void(const client_state_event&)>;
using client_publication_handler = std::function<void(const client_publication&)>;
using client_subscribed_handler = std::function<void(const client_subscribed_event&)>;
using client_unsubscribed_handler = std::function<void(const client_unsubscribed_event&)>;
using client_message_handler = std::function<void(const message&)>;
using client_publish_handler = std::function<void(const client_publish_result&)>;
/// @}

}  // namespace broadcast_hub
