#pragma once

#include <broadcast_hub/close_code.hpp>
#include <broadcast_hub/connection_id.hpp>
#include <broadcast_hub/export.hpp>
#include <broadcast_hub/message.hpp>

#include <any>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace broadcast_hub {

class hub_core;

/// One peer, as a value: an id and a weak path to its hub. Copy it freely.
///
/// Using it after the peer or even the hub is gone is defined: calls report
/// `errc::connection_gone`, and questions have empty answers.
/// Thread safety: all methods but `user_data()` may be called from any thread.
class BROADCAST_HUB_EXPORT connection {
 public:
  connection() noexcept = default;
  connection(std::weak_ptr<hub_core> hub, connection_id id) noexcept;

  connection_id id() const noexcept { return id_; }

  /// Queues one message for this peer. Nothing is waited for: success means that the message is
  /// queued. On the connection's own shard, messages and broadcasts leave in the order of the
  /// calls, except that messages overtake broadcasts that wait because the peer reads too slowly,
  /// or is just sent again what it missed (bhub.v1). From other threads, `send` and `broadcast`
  /// have no order between them.
  ///
  /// Errors: `connection_gone`, `connection_closing`, `invalid_utf8`; `message_too_big` for more
  /// than `outbound.max_queued_bytes`, its header of at most 10 bytes included; `overloaded` when
  /// the queue would pass `outbound.max_queued_bytes`, and then the connection is closed with 4008.
  /// From another thread `hub_stopped`, and `overloaded` when `outbound.max_backlog_bytes` wait;
  /// what happens later on the connection's shard is not reported there.
  std::error_code send(std::string_view payload, message_kind kind = message_kind::text) const;

  /// Sends a close frame behind everything sent and broadcast before, and ends the connection when
  /// the peer has answered or `timeouts.close` has passed since the call. A second call does
  /// nothing.
  ///
  /// Errors: `connection_gone`; `invalid_close_code` for what RFC 6455, section 7.4 keeps from
  /// endpoints (1004, 1005, 1006, 1015 and everything outside 1000-1014 and 3000-4999);
  /// `close_reason_too_long` for more than 123 bytes; `invalid_utf8`. On the connection's own shard
  /// `connection_closing`, from other threads `hub_stopped`.
  std::error_code close(close_code code = close_code::normal, std::string_view reason = {}) const;

  /// From now on the connection receives what is published on a topic, or on all topics that a
  /// pattern matches (see `topic_rule`). Subscribed in several ways it still gets each publication
  /// once. Every connection begins with the subscription "default", but for those that speak
  /// bhub.v1, which are told of what is changed here.
  ///
  /// Errors: `connection_gone`; `invalid_topic`. On the connection's own shard also
  /// `connection_closing`, `already_subscribed`, `too_many_subscriptions`, `too_many_topics`, from
  /// other threads `hub_stopped`; what happens later on its shard is logged as a warning.
  std::error_code subscribe(std::string_view topic) const;

  /// Ends a subscription, under the same name or pattern. What was published before still goes out,
  /// unless the peer reads too slowly or is just sent again what it missed: then it is dropped. A
  /// client of bhub.v1 is told, with code 2600: it does not subscribe again by itself.
  ///
  /// Errors: as `subscribe`, with `not_subscribed`.
  std::error_code unsubscribe(std::string_view topic) const;

  /// Names and patterns, in the order of the subscriptions. Empty when the connection is gone, and
  /// on threads other than its own shard's, so call it in handlers.
  std::vector<std::string> subscriptions() const;

  /// For example "127.0.0.1:50312" or "[::1]:50312"; empty once the connection is gone.
  std::string remote_address() const;

  /// The path of its request, without the query; empty once the connection is gone.
  std::string path() const;

  /// What the reply of `on_upgrade` said; empty when it said nothing or the connection is gone.
  std::string user() const;
  std::string info() const;

  /// A place for the application's own state, empty at first, destroyed when `on_close` has
  /// returned. Null when the connection is gone, and on threads other than its own shard's, so
  /// call it in handlers.
  std::any* user_data() const;

  /// The same peer of the same hub.
  friend bool operator==(const connection& a, const connection& b) noexcept {
    return a.id_ == b.id_ && !a.hub_.owner_before(b.hub_) && !b.hub_.owner_before(a.hub_);
  }
  friend bool operator!=(const connection& a, const connection& b) noexcept { return !(a == b); }

 private:
  std::weak_ptr<hub_core> hub_;
  connection_id id_;
};

}  // namespace broadcast_hub
