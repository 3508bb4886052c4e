#pragma once

#include "wire/request.hpp"

#include <broadcast_hub/events.hpp>
#include <broadcast_hub/message.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace broadcast_hub::net {

class connection;
class shard;

/// What a shard tells the hub, always on the shard's thread. Nothing may be thrown.
class shard_events {
 public:
  virtual void on_accept(connection& peer) = 0;

  /// Answer it, now or later, with `connection::respond` or `connection::accept`.
  virtual void on_request(connection& peer, wire::request request) = 0;

  /// `subscriptions`: what the answer to its request asked for.
  virtual void on_open(connection& peer, const std::vector<std::string>& subscriptions) = 0;
  virtual void on_message(connection& peer, const message& received) = 0;

  /// The shard stops: send what is to be sent, and close it.
  virtual void on_farewell(connection& peer) = 0;

  /// Once for each connection that was opened. It is destroyed afterwards.
  virtual void on_close(connection& peer, const close_event& event) = 0;

  /// A socket that never became a WebSocket connection has ended. It is destroyed afterwards.
  virtual void on_unopened_end(connection& peer) = 0;

  /// A subscriber fell behind. Once, until it has caught up.
  virtual void on_slow(connection& peer, const std::string& topic, std::uint64_t lag_bytes) = 0;

  /// Publishers that found the topic congested may go on. `on`: the shard that says so.
  virtual void on_drain(shard& on, const std::string& topic) = 0;

  /// A timer's function threw. Called inside the handler of the exception.
  virtual void on_timer_failure() = 0;

  /// A shard begins to close its connections: from now on it takes no new ones.
  virtual void on_stopping(shard& stopping) noexcept = 0;

  /// The last connection of a stopping shard is gone. The loop ends behind this.
  virtual void on_stopped(shard& stopped) = 0;

 protected:
  ~shard_events() = default;
};

}  // namespace broadcast_hub::net
