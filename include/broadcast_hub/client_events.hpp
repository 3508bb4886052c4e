#pragma once

#include <broadcast_hub/close_code.hpp>
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
  std::string reason;   ///< for logs
  int http_status = 0;  ///< what the hub, or a proxy, refused the connection with; 0: it did not
  std::chrono::milliseconds retry_in{0};  ///< for `waiting`

  /// For `open`: the hub's name for this connection, as others see it in `client_subscriber::id`
  /// unless its user was there before.
  std::string connection_id;

  /// For `open`: the largest message that the hub takes, in bytes, with what the protocol adds to a
  /// payload: a little more than the names of topic and members, a third of a binary payload, and
  /// what text that is not JSON needs for escapes. 0: the hub does not say.
  std::size_t max_message_bytes = 0;
};

/// What was published on a topic.
///
/// Lifetime: valid until the handler returns; copy what must live longer.
struct client_publication {
  std::string_view topic;  ///< the one it was published on, also when it came through a pattern
  std::uint64_t offset = 0;
  std::string_view payload;
  message_kind kind = message_kind::text;

  /// So many in front of it were left out by the hub, because this client was behind and the policy
  /// of the topic is `drop_oldest` or `latest`. Those that are kept, `client::history` has. Always
  /// 0 for patterns.
  std::uint64_t skipped = 0;
};

/// A subscription is live: for the first time, after a reconnect, or after a gap was found. The
/// client's own, or one that the application of the hub has made for it
/// (`upgrade_reply::subscriptions`, `connection::subscribe`).
struct client_subscribed_event {
  std::string topic;  ///< or pattern

  /// Nothing is missing between what was delivered before and what is delivered from now on.
  /// Otherwise load the state of the topic from elsewhere.
  bool recovered = false;

  /// Why not: "first", it is new; "pattern", patterns are live only; "epoch", "gap" or "limit" as
  /// in docs/reference/protocol.md; "refused", the hub's application has subscribed the client, but
  /// only after it was not let to ask for what it missed.
  std::string why;

  std::optional<topic_position> position;  ///< behind which delivery begins; nothing for patterns

  /// For a pattern with `subscribe_options::last`: there are more topics than those whose newest
  /// publication follows.
  bool more = false;

  /// The hub's application made this subscription, and the client has not asked for it with
  /// `client::subscribe`.
  bool by_hub = false;
};

/// A subscription is over: the server refused it or ended it.
struct client_unsubscribed_event {
  std::string topic;
  unsigned code = 0;  ///< an error code (100-111) or the server's reason to end it (2600-2699)
  std::string reason;
};

/// The hub found fault with a frame of this client, and could not say which command it was about.
/// Or it refused presence for a subscription that goes on without (`subscribe_options::presence`).
struct client_error_event {
  std::string topic;  ///< empty: it names none
  unsigned code = 0;  ///< an error code (100-111), see docs/reference/protocol.md
  std::string reason;
};

/// How a command went.
struct client_reply {
  /// `refused`: the server did not carry it out, and `code` and `reason` say why. `client_closed`:
  /// the client ended first; whether a publication was published is not known. `outcome_unknown`:
  /// it is not known either, because the answer was lost, and by now the hub might not know its key
  /// any more. `out_of_resources`: there was no memory for it, and it was not sent.
  std::error_code error;

  /// Of `refused`: 100 to 111, see docs/reference/protocol.md; or 1011, the close code of three
  /// connections that ended while only this publication had no answer.
  unsigned code = 0;
  std::string reason;
  std::string topic;                         ///< that was asked about
  std::chrono::milliseconds retry_after{0};  ///< with code 108: try again then

  explicit operator bool() const noexcept { return !error; }
};

/// What became of a publication.
struct client_publish_result : client_reply {
  topic_position position;  ///< the place that it has; without an error
};

/// A connection that is subscribed to a topic by its name.
struct client_subscriber {
  std::string id;    ///< of the connection with which it joined
  std::string user;  ///< empty: anonymous
  std::string info;  ///< what the hub's application says about it: JSON, or other text
};

/// Who is subscribed to a topic.
struct client_presence_result : client_reply {
  std::uint64_t count = 0;                 ///< users and anonymous clients
  std::vector<client_subscriber> clients;  ///< empty when they are too many to be named
};

/// Subscribers came and went.
struct client_presence_event {
  std::string topic;
  std::vector<client_subscriber> joined;
  std::vector<client_subscriber> left;
  std::uint64_t count = 0;  ///< now. When they are too many to be named, only this is told
};

/// Past publications of a topic.
struct client_history_result : client_reply {
  topic_position newest;                       ///< of the topic; offset 0: nothing was published
  std::vector<past_publication> publications;  ///< the oldest first

  /// More were asked for and are kept, but the answer had no room for them: older ones with
  /// `client_history_query::last`, else newer ones.
  bool more = false;
};

/// @name Functions of the application, called by a client
/// @{
using client_state_handler = std::function<void(const client_state_event&)>;
using client_publication_handler = std::function<void(const client_publication&)>;
using client_subscribed_handler = std::function<void(const client_subscribed_event&)>;
using client_unsubscribed_handler = std::function<void(const client_unsubscribed_event&)>;
using client_error_handler = std::function<void(const client_error_event&)>;
using client_message_handler = std::function<void(const message&)>;
using client_publish_handler = std::function<void(const client_publish_result&)>;
using client_presence_handler = std::function<void(const client_presence_event&)>;
using client_presence_result_handler = std::function<void(const client_presence_result&)>;
using client_history_handler = std::function<void(const client_history_result&)>;
/// @}

}  // namespace broadcast_hub
