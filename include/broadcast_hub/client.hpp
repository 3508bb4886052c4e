#pragma once

#include <broadcast_hub/client_events.hpp>
#include <broadcast_hub/error.hpp>
#include <broadcast_hub/export.hpp>
#include <broadcast_hub/log.hpp>
#include <broadcast_hub/message.hpp>
#include <broadcast_hub/options.hpp>
#include <broadcast_hub/publication.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace broadcast_hub {

class client_core;

/// Everything about a client that is fixed when it is made.
struct client_options {
  /// Where the hub is: "ws://host:port/path". There is no TLS.
  std::string url;

  /// Bounds of the waits before it connects again, until the hub says others: at random between
  /// zero and, doubled from `retry_min` for each attempt, `retry_max`. 1 ms to one day;
  /// `retry_min` is not the larger one.
  std::chrono::milliseconds retry_min{500};
  std::chrono::milliseconds retry_max{20'000};

  /// How long it may take until the hub has said hello. 1 ms to one day.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);

  /// Largest message taken from the hub, in bytes; a larger one closes the client for good with
  /// 1009. Also the largest payload that `publish` and `send` take; what the hub takes is its
  /// `limits.max_message_bytes`, past which it closes with 1009. Range 1 KiB to 1 GiB.
  std::size_t max_message_bytes = std::size_t{1024} * 1024;

  /// Publications without an answer, with or without a connection. Range 1 to 1,000,000.
  std::size_t max_buffered_publishes = 1000;

  /// Bytes that `send` may have waiting. Range 1 KiB to 1 GiB.
  std::size_t max_queued_bytes = std::size_t{1024} * 1024;

  log_options log;
};

/// Errors: throws `std::invalid_argument` that names the first member out of range, its value and
/// the range.
BROADCAST_HUB_EXPORT void validate(const client_options& options);

/// What a subscription begins with.
struct subscribe_options {
  /// The last publication that the application has seen, in an earlier life of the program: what
  /// was published behind it comes first.
  std::optional<topic_position> since;

  /// Without `since`: up to so many past publications come first. At most 10,000.
  std::size_t last = 0;
};

/// Connects to a hub that speaks bhub.v1, subscribes, publishes, and comes back by itself when the
/// connection is lost: it asks for what it missed, and sends again what got no answer.
///
/// Life: make it, set handlers, then exactly one of `start`, `run` or `poll`; then `stop`. A client
/// that is closed is not started again. Destroying it stops it. Subscriptions and publications may
/// come before the start.
///
/// Each publication of a topic is delivered once and in order, or `on_subscribed` says that some
/// are missing. What is published is published once, if the client is back within the topic's
/// `dedup_window`.
///
/// Handlers run on the client's thread and must not block. They may call every public method. What
/// they throw is caught and logged.
///
/// Thread safety: every method may be called from any thread, handlers included; the destructor
/// must not run in a handler or beside another call.
class BROADCAST_HUB_EXPORT client {
 public:
  /// Errors: as `validate`; throws `std::system_error` with `errc::out_of_resources` when there are
  /// no descriptors for its loop.
  explicit client(client_options options);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// @name Handlers
  /// Fixed at start: set later, they throw `std::logic_error`.
  /// @{
  void on_state(client_state_handler handler);

  /// For subscriptions that have no function of their own; once for each publication, however many
  /// of those match it.
  void on_publication(client_publication_handler handler);
  void on_subscribed(client_subscribed_handler handler);
  void on_unsubscribed(client_unsubscribed_handler handler);

  /// The application of the hub has sent something to this client (`connection::send`).
  void on_message(client_message_handler handler);
  /// @}

  /// Connects on an own thread and returns.
  ///
  /// Errors: throws `std::logic_error` when it was started before, `std::system_error` when there
  /// are no threads left.
  void start();

  /// Connects on the calling thread, and returns when the client is closed.
  ///
  /// Errors: throws `std::logic_error` when it was started before.
  void run();

  /// Does what is ready, without waiting, on the calling thread, and returns the number of loop
  /// events handled: 0 when it is closed, and in a handler. For applications with a loop of their
  /// own; always on the same thread, as `stop` then.
  ///
  /// Errors: throws `std::logic_error` after `start()` or `run()`.
  std::size_t poll();

  /// Closes the connection with 1000, reports what is without an answer as `client_closed`, and
  /// joins the thread. On return no handler runs or will run. In a handler it only asks for that
  /// and returns.
  void stop();

  /// Wants to hear a topic, or what matches a pattern, until `unsubscribe`, over all connections.
  /// Patterns get what is live only. For a name that is subscribed to already it replaces the
  /// function. `own`: gets the publications; empty: `on_publication` does.
  ///
  /// Errors: `invalid_topic`; `client_closed`. What the hub refuses, `on_unsubscribed` tells.
  std::error_code subscribe(std::string_view topic, subscribe_options options = {},
                            client_publication_handler own = {});
  std::error_code subscribe(std::string_view topic, client_publication_handler own);

  /// Ends a subscription; none of its publications is delivered once this has been carried out on
  /// the client's thread. Without one it does nothing.
  ///
  /// Errors: `client_closed`.
  std::error_code unsubscribe(std::string_view topic);

  /// Publishes, now or when there is a connection, with a key of its own that it keeps over all
  /// attempts. Publications leave in the order of the calls of one thread. `done`: called exactly
  /// once, unless this call returns an error.
  ///
  /// Errors: `invalid_topic`, `invalid_utf8`, `message_too_big`; `overloaded` when
  /// `max_buffered_publishes` wait for an answer; `client_closed`. Nothing is published then.
  std::error_code publish(std::string_view topic, std::string_view payload,
                          message_kind kind = message_kind::text, client_publish_handler done = {});

  /// Sends a message to the hub's application (`hub::on_message`). There is no answer, and it is
  /// not sent again when the connection is lost.
  ///
  /// Errors: `connection_gone` while there is no session; `invalid_utf8`, `message_too_big`;
  /// `overloaded` when `max_queued_bytes` wait; `client_closed`. Nothing is sent then.
  std::error_code send(std::string_view payload, message_kind kind = message_kind::text);

  client_state state() const noexcept;

 private:
  std::unique_ptr<client_core> core_;
};

}  // namespace broadcast_hub
