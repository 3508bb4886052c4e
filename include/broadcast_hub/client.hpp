#pragma once

#include <broadcast_hub/client_events.hpp>
#include <broadcast_hub/client_options.hpp>
#include <broadcast_hub/error.hpp>
#include <broadcast_hub/export.hpp>
#include <broadcast_hub/message.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <system_error>

namespace broadcast_hub {

class client_core;

/// Connects to a hub that speaks bhub.v1, subscribes, publishes, and comes back by itself when the
/// connection is lost: it asks for what it missed, and sends again what got no answer.
/// Subscriptions that the hub's application makes for it are like its own: `on_subscribed` tells of
/// them, and after a reconnect it asks for those, too.
///
/// Life: make it, set handlers, then exactly one of `start`, `run` or `poll`; then `stop`. A client
/// that is closed is not started again. Destroying it stops it. Subscriptions and publications may
/// come before the start.
///
/// Each publication of a topic is delivered once and in order, or `on_subscribed` says that some
/// are missing. What is published is published once: when the client is back too late for the hub
/// to know its key, it is not sent again, and reported as `errc::outcome_unknown`
/// (`topic_options::dedup_window`).
///
/// Handlers run on the client's thread and must not block. They may call every public method. What
/// they throw is caught and logged.
///
/// When memory runs out on its thread, the connection is given up and made anew, so nothing is
/// missed; a subscription or command that there was no memory for is reported as failed. Methods
/// throw `std::bad_alloc` and have done nothing then; `stop` and the destructor need no memory.
///
/// Thread safety: every method may be called from any thread, handlers included; the destructor
/// must not run beside another call. In a handler it may: then nothing is called any more, not even
/// what is without an answer, no log sink either, and the connection is closed once the handler has
/// returned; a `poll` that called the handler waits for the hub's close frame then.
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

  /// Subscribers of a topic came or went, or have another info; for subscriptions with
  /// `subscribe_options::presence`. Nothing is told of the time without a connection: after
  /// `on_subscribed` ask `presence`.
  void on_presence(client_presence_handler handler);

  /// The application of the hub has sent something to this client (`connection::send`).
  void on_message(client_message_handler handler);

  /// The hub found fault with something that was sent, without saying with which command, or
  /// refused presence for a subscription that goes on.
  void on_error(client_error_handler handler);
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

  /// Closes the connection with 1000, reports what is without an answer as `client_closed`, waits
  /// for the hub's close frame (`close_timeout`), and joins the thread. On return no handler runs
  /// or will run. In a handler it only asks for that and returns.
  void stop();

  /// Wants to hear a topic, or what matches a pattern, until `unsubscribe`, over all connections.
  /// Patterns get what is live only. For a name that is subscribed to already, also by the hub's
  /// application, it replaces the function, and begins or ends presence; without a history the
  /// topic then misses what is published until the hub has answered, and says so. `own`: gets the
  /// publications; empty: `on_publication` does.
  ///
  /// Errors: `invalid_topic`; `not_for_patterns`; `client_closed`. What the hub refuses,
  /// `on_unsubscribed` tells, and `on_error` when the subscription goes on without presence.
  std::error_code subscribe(std::string_view topic, subscribe_options options = {},
                            client_publication_handler own = {});
  std::error_code subscribe(std::string_view topic, client_publication_handler own);

  /// Ends a subscription, also one that the hub's application made; none of its publications is
  /// delivered once this has been carried out on the client's thread. Without one it does nothing.
  ///
  /// Errors: `client_closed`.
  std::error_code unsubscribe(std::string_view topic);

  /// Publishes, now or when there is a connection, with a key of its own that it keeps over all
  /// attempts. Publications leave in the order of the calls of one thread. `done`: called exactly
  /// once, unless this call returns an error or throws.
  ///
  /// Errors: `invalid_topic`, `invalid_utf8`, `message_too_big`; `overloaded` when
  /// `max_waiting_commands` wait for an answer; `client_closed`. Nothing is published then. What is
  /// larger than the hub takes is told to `done`, as `message_too_big`, once there is a connection.
  std::error_code publish(std::string_view topic, std::string_view payload,
                          message_kind kind = message_kind::text, client_publish_handler done = {});

  /// The same, with a key of the application. Errors: also `invalid_key`.
  std::error_code publish(std::string_view topic, std::string_view payload,
                          const client_publish_options& how, client_publish_handler done = {});

  /// Asks who is subscribed to a topic by its name, now or when there is a connection, and again
  /// when that breaks before the answer. The hub answers subscribers of the topic, and whoever its
  /// `on_presence` allows it. `done`: as for `publish`.
  ///
  /// Errors: `invalid_topic`; `overloaded` when `max_waiting_commands` wait for an answer;
  /// `client_closed`.
  std::error_code presence(std::string_view topic, client_presence_result_handler done);

  /// Asks for past publications of a topic, in the same way (`on_history`). An answer may have
  /// fewer than are kept: go on behind the last of them.
  ///
  /// Errors: as `presence`.
  std::error_code history(std::string_view topic, const client_history_query& wanted,
                          client_history_handler done);

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
