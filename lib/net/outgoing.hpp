#pragma once

#include "net/asio.hpp"
#include "net/dialer.hpp"
#include "net/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace broadcast_hub::net {

/// What becomes of a connection that this program opens. Any of them may close it, or open the
/// next.
class outgoing_events {
 public:
  virtual void on_connected() = 0;

  /// `data` may be changed.
  virtual void on_bytes(char* data, std::size_t size) = 0;

  /// The system has taken some of what was queued, or all.
  virtual void on_sent() = 0;

  /// It could not be opened, or has ended. `fault`: the system's words, with host and port; empty:
  /// the peer has ended it.
  virtual void on_ended(std::string_view fault) = 0;

 protected:
  ~outgoing_events() = default;
};

/// A TCP connection that this program opens, one at a time.
///
/// Thread safety: none; it belongs to the loop's thread.
/// Lifetime: loop and events outlive it.
class outgoing {
 public:
  outgoing(loop& on, outgoing_events& events, lookup look_up = system_lookup);
  ~outgoing();
  outgoing(const outgoing&) = delete;
  outgoing& operator=(const outgoing&) = delete;

  /// Leaves what there is, and opens the next: `on_connected` or `on_ended` follows, never inside
  /// this call. All addresses of a name are tried: see `dialer`.
  void connect(const std::string& host, std::uint16_t port);

  /// Queues bytes; those of one turn of the loop leave together. Without a connection they are
  /// dropped.
  void send(std::string_view bytes);

  /// Host and port that it is, or was last, to be connected to.
  const std::string& where() const noexcept { return where_; }

  /// Bytes that have not been taken by the system.
  std::size_t queued_bytes() const noexcept;

  /// Sends what the system takes at once, and ends it. No event follows.
  void close() noexcept;

 private:
  struct stream;

  void open(tcp_socket socket);
  void arm(tcp_socket::wait_type what, void (outgoing::*ready)());
  void read();
  void flush();
  void end(std::string_view fault);
  void fail(int system_error);

  loop& loop_;
  outgoing_events& events_;
  dialer dialer_;
  std::string where_;
  std::shared_ptr<stream> stream_;  // what handlers of the loop know weakly; null: not connected
};

}  // namespace broadcast_hub::net
