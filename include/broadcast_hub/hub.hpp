#pragma once

#include <broadcast_hub/connection.hpp>
#include <broadcast_hub/error.hpp>
#include <broadcast_hub/events.hpp>
#include <broadcast_hub/export.hpp>
#include <broadcast_hub/handlers.hpp>
#include <broadcast_hub/message.hpp>
#include <broadcast_hub/options.hpp>
#include <broadcast_hub/publication.hpp>
#include <broadcast_hub/stats.hpp>
#include <broadcast_hub/timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace broadcast_hub {

/// Accepts WebSocket connections, keeps track of them, and broadcasts to them.
///
/// Life: make it, set handlers, `listen`, then exactly one of `run`, `start` or `poll`; then
/// `stop`. A stopped hub is not started again. Destroying a hub stops it.
///
/// Handlers run on the thread of the connection's shard and must not block: while one runs, that
/// shard does nothing else. They may call every public method. What they throw is caught
/// and logged, and closes that connection with 1011. Exceptions: where a client asks for something
/// (`on_subscribe`, `on_publish`, `on_history`, `on_presence`) it gets an error and goes on, and
/// what `on_published` throws it does not notice. All this holds for functions given to
/// `broadcast_if` and `for_each_connection`, too.
///
/// Where memory runs out in a call, it throws `std::bad_alloc`: what it was to send is not sent,
/// but what goes to all shards may have reached some (`broadcast_if`, `broadcast_except`). The hub
/// goes on.
///
/// Thread safety: every method may be called from any thread, handlers included, except where it
/// says otherwise; the destructor must not run in a handler or beside another call.
class BROADCAST_HUB_EXPORT hub {
 public:
  /// Errors: throws `std::invalid_argument` that names the member of `options` out of range, and
  /// `std::system_error` with `errc::out_of_resources` when there are no descriptors for its loops.
  explicit hub(hub_options options = {});
  ~hub();
  hub(const hub&) = delete;
  hub& operator=(const hub&) = delete;

  /// @name Handlers
  /// Fixed at start: set later, they throw `std::logic_error`.
  /// @{

  /// A WebSocket request has come. Without a handler everybody is let in whom the listener's
  /// origins and paths allow. If the handler throws, the request is refused with 500.
  void on_upgrade(upgrade_handler handler);

  /// As above, but the answer may come later, from any thread, within `timeouts.handshake`.
  void on_upgrade(async_upgrade_handler handler);

  /// A connection is established. Unless it speaks bhub.v1 it receives broadcasts from now on.
  void on_open(open_handler handler);

  /// A whole message has arrived.
  void on_message(message_handler handler);

  /// A connection that `on_open` announced has ended. Called exactly once for each. Its id,
  /// address, path and user data still work; sends report `connection_closing`.
  void on_close(close_handler handler);

  /// A connection has fallen behind on a topic, by so many bytes: half of what its topic allows, or
  /// for so long that the policy acts, or with `latest` by more than one publication. Called once,
  /// until it has caught up.
  void on_slow(slow_handler handler);

  /// Publishers of a topic may go on: a result of `publish` had said `overloaded`, or a lag of at
  /// least half of the topic's `max_lag_bytes`, and now it is at most a quarter.
  void on_drain(drain_handler handler);

  /// A client that speaks bhub.v1, which is any that offers it, asks for something. Without a
  /// handler it may subscribe to everything, patterns included, but for where
  /// `topic_options::allow_client_subscribe` says no, and read the history and presence of what it
  /// is subscribed to. It may publish only where `topic_options::allow_client_publish` says so. The
  /// handlers decide after these options. What clients without bhub.v1 send goes to `on_message`.
  void on_subscribe(subscribe_handler handler);
  void on_publish(publish_handler handler);
  void on_history(history_handler handler);
  void on_presence(presence_handler handler);

  /// What a client of bhub.v1 published is in the topic's log; the client is told so next. Neither
  /// this nor `on_publish` is called for a retry, whose key is known. If it throws, the client is
  /// told all the same that it has published.
  void on_published(published_handler handler);
  /// @}

  /// Binds at once and returns the port; connections are accepted while the hub runs. May be called
  /// several times, also while it runs. A bare port means both loopback addresses.
  ///
  /// Errors: throws `std::invalid_argument` for bad options, `std::system_error` when the
  /// address cannot be bound or the web root is not a folder that can be read, and
  /// `std::system_error` with `errc::hub_stopped` after a stop.
  std::uint16_t listen(int port);
  std::uint16_t listen(const listen_options& options);

  /// Serves until `stop()`, SIGINT or SIGTERM, on the calling thread (shard 0) and on own threads
  /// (the other shards). The only method that installs signal handlers, and puts back what was
  /// there before; the second signal ends every connection at once.
  ///
  /// Errors: throws `std::logic_error` when the hub was started before, `std::system_error` when
  /// there are no threads or descriptors left; the hub has stopped then.
  void run();

  /// Serves on own threads and returns.
  ///
  /// Errors: throws `std::logic_error` when the hub was started before, `std::system_error` when
  /// there are no threads or descriptors left; the hub has stopped then.
  void start();

  /// Does what is ready, without waiting, on the calling thread, and returns the number of loop
  /// events handled: 0 after a stop, and in a handler. For applications with a loop of their own.
  ///
  /// Errors: throws `std::logic_error` after `run()` or `start()`, or when `shards` is not 1.
  std::size_t poll();

  /// Stops accepting, closes every connection behind what is queued for it (1001; 1012 where
  /// bhub.v1 is spoken), waits for the peers until the deadline, ends the rest, and joins the
  /// threads. On return no handler runs or will run. In a handler it only asks for that and
  /// returns. Several calls are one stop, with the earliest deadline.
  void stop(std::chrono::milliseconds deadline = std::chrono::seconds(3));

  /// Sends one message to all subscribers of a topic, encoded once. All of them see the topic's
  /// publications in the same order, whoever published them. A topic is there from its first use.
  ///
  /// Errors, in the result: `invalid_topic`; `too_many_topics`; `invalid_utf8`; `message_too_big`
  /// for more than the topic's `max_lag_bytes`, its header of at most 10 bytes included;
  /// `overloaded` when a shard is `outbound.max_backlog_bytes` behind or `topics.max_log_bytes` are
  /// used; `hub_stopped`. Nothing was sent then.
  ///
  /// `key` makes a retry harmless: what was published on the topic with the same key within its
  /// `dedup_window`, by this method, is not published again. With other content it is an error,
  /// `key_conflict`: so make it unique. Clients have keys of their own. Empty: none.
  publish_result publish(std::string_view topic, std::string_view payload,
                         message_kind kind = message_kind::text, std::string_view key = {});

  /// Publishes on the topic "default", to which every connection without bhub.v1 is subscribed.
  publish_result broadcast(std::string_view payload, message_kind kind = message_kind::text);

  /// Connections subscribed to a topic, by name or by pattern. Where the topic is not there,
  /// whoever has several patterns that match counts for each.
  std::size_t subscriber_count(std::string_view topic) const;

  /// Publications of a topic behind the offset `since`, at most `limit`, as far as its
  /// `topic_options::history` keeps them.
  ///
  /// Errors, in the result: `invalid_topic`. A topic that is not there has no publications; epoch
  /// and newest offset of one that is gone are known for 24 hours.
  history_result history(std::string_view topic, std::uint64_t since = 0,
                         std::size_t limit = 1000) const;

  /// Sends one message to every connection but one. A direct send of one shared buffer: it
  /// counts against `outbound.max_queued_bytes`, as `connection::send` does, and has no offset.
  ///
  /// Errors: `invalid_utf8`, `overloaded`, `hub_stopped`; `message_too_big` for more than
  /// `outbound.max_queued_bytes`.
  std::error_code broadcast_except(const connection& left_out, std::string_view payload,
                                   message_kind kind = message_kind::text);

  /// Sends one message to every connection for which `wanted` is true. It is asked on each shard's
  /// thread, so possibly on several at once, also after this call has returned; there it may use
  /// `user_data()`.
  ///
  /// Errors: as `broadcast_except`; throws `std::invalid_argument` for an empty function.
  std::error_code broadcast_if(const connection_predicate& wanted, std::string_view payload,
                               message_kind kind = message_kind::text);

  /// Has `visit` called for every connection, on each shard's thread, and returns without waiting
  /// for it.
  ///
  /// Errors: `hub_stopped`; throws `std::invalid_argument` for an empty function.
  std::error_code for_each_connection(const std::function<void(connection)>& visit);

  /// Established connections, all shards together.
  std::size_t connection_count() const noexcept;

  /// Calls `work` every `period` on the thread of shard 0, first after one period. Calls that the
  /// shard is too late for are skipped, not made up for.
  ///
  /// Errors: throws `std::invalid_argument` for a period below 1 ms or an empty function.
  timer every(std::chrono::milliseconds period, std::function<void()> work);

  /// Calls `work` once, after `delay`, on the thread of shard 0.
  ///
  /// Errors: throws `std::invalid_argument` for a negative delay or an empty function.
  timer after(std::chrono::milliseconds delay, std::function<void()> work);

  hub_stats stats() const;

 private:
  std::shared_ptr<hub_core> core_;
};

}  // namespace broadcast_hub
