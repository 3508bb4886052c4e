#pragma once

#include <broadcast_hub/export.hpp>
#include <broadcast_hub/message.hpp>
#include <broadcast_hub/options.hpp>
#include <broadcast_hub/publication.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace broadcast_hub {

/// Names and values of headers.
using client_headers = std::vector<std::pair<std::string, std::string>>;

/// Everything about a client that is fixed when it is made.
struct client_options {
  /// Where the hub is: "ws://host:port/path". There is no TLS.
  std::string url;

  /// Further headers of the request, for example {"Authorization", "Bearer ..."}. `Host`,
  /// `Upgrade`, `Connection` and `Sec-WebSocket-...` are the client's own, and values must not have
  /// control characters.
  client_headers headers;

  /// @name Asked before each attempt
  /// For what changes: a token that expires, another hub of several. Called on the client's thread;
  /// they must not block. What they throw, or a result that `validate` would refuse, makes it a
  /// lost attempt with that text as its reason.
  /// @{
  std::function<std::string()> make_url;         ///< instead of `url`
  std::function<client_headers()> make_headers;  ///< beside `headers`
  /// @}

  /// Bounds of the waits before it connects again, until the hub says others: at random between
  /// zero and, doubled from `retry_min` for each attempt, `retry_max`. 1 ms to one day;
  /// `retry_min` is not the larger one.
  std::chrono::milliseconds retry_min{500};
  std::chrono::milliseconds retry_max{20'000};

  /// How long it may take until the hub has said hello, with all addresses of its name: they are
  /// tried by RFC 8305, the next after a quarter of a second. 1 ms to one day.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);

  /// How long `stop` waits at most for the hub to answer the close frame (RFC 6455, section 7.1.1),
  /// which takes a round trip; then the connection is cut. At most one day; zero: not at all. A
  /// lookup of the hub's name that still runs is not waited for.
  std::chrono::milliseconds close_timeout = std::chrono::seconds(1);

  /// Largest message taken from the hub, in bytes; a larger one closes the client for good with
  /// 1009. Also the largest payload that `publish` and `send` take; they take no more than the hub
  /// does, either (`client_state_event::max_message_bytes`). Range 1 KiB to 1 GiB.
  std::size_t max_message_bytes = std::size_t{1024} * 1024;

  /// Publications, presence and history queries without an answer, with or without a connection.
  /// Range 1 to 1,000,000.
  std::size_t max_waiting_commands = 1000;

  /// Bytes that `send` may have waiting. Range 1 KiB to 1 GiB.
  std::size_t max_queued_bytes = std::size_t{1024} * 1024;

  log_options log;
};

/// Errors: throws `std::invalid_argument` that names the first member out of range, its value and
/// the range.
BROADCAST_HUB_EXPORT void validate(const client_options& options);

/// What a subscription begins with. Patterns have `last` only: others are
/// `errc::not_for_patterns`.
struct subscribe_options {
  /// The last publication that the application has seen, in an earlier life of the program: what
  /// was published behind it comes first.
  std::optional<topic_position> since;

  /// Up to so many past publications come first: at the beginning without `since`, and whenever
  /// those behind the position that was reached are not kept any more. At most 10,000.
  /// For patterns 1 or more means 1: the newest publication of each topic that keeps one comes
  /// first, up to a limit of the hub (`client_subscribed_event::more`), and again after a
  /// reconnect. Other subscriptions that match those topics may get it, too, but each function only
  /// once.
  std::size_t last = 0;

  /// Wants to be told who comes and goes (`client::on_presence`). Where the hub keeps no presence,
  /// or does not show it, the subscription is refused with 103. One that was live before goes on
  /// without: `client::on_error` tells. Another `subscribe` of the name without it ends it.
  bool presence = false;
};

/// How something is published.
struct client_publish_options {
  message_kind kind = message_kind::text;

  /// By this the hub knows a publication that it has published already: see
  /// `topic_options::dedup_window`. Nothing: the client makes one that nobody else has, of 128
  /// random bits and a number. One of your own outlives the program: give the same key to the same
  /// payload again, and it is published once. 1 to 128 bytes of UTF-8.
  std::optional<std::string> key;
};

/// Which past publications of a topic are wanted.
struct client_history_query {
  /// Those behind it. Without one, or when its epoch is over: from the oldest that is kept.
  std::optional<topic_position> since;

  /// So many at most. 1 to 1000; what is out of range counts as the bound that is nearer.
  std::size_t limit = 100;

  /// Not 0: the newest so many, the oldest of them first, and the others do not count. At most
  /// 1000.
  std::size_t last = 0;
};

}  // namespace broadcast_hub
