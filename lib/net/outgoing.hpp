#pragma once

#include "net/asio.hpp"
#include "net/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

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

  /// It could not be opened, or has ended: without an error the peer has ended it.
  virtual void on_ended(std::error_code error) = 0;

 protected:
  ~outgoing_events() = default;
};

/// A TCP connection that this program opens, one at a time.
///
/// Thread safety: none; it belongs to the loop's thread.
/// Lifetime: loop and events outlive it.
class outgoing {
 public:
  outgoing(loop& on, outgoing_events& events);
  ~outgoing();
  outgoing(const outgoing&) = delete;
  outgoing& operator=(const outgoing&) = delete;

  /// Leaves what there is, and opens the next: `on_connected` or `on_ended` follows, never inside
  /// this call. All addresses of a name are tried, one after another.
  void connect(const std::string& host, std::uint16_t port);

  /// Queues bytes; those of one turn of the loop leave together. Without a connection they are
  /// dropped.
  void send(std::string_view bytes);

  /// Bytes that have not been taken by the system.
  std::size_t queued_bytes() const noexcept;

  /// Sends what the system takes at once, and ends it. No event follows.
  void close() noexcept;

 private:
  struct attempt;

  void open(const asio::ip::tcp::resolver::results_type& endpoints);
  void arm_read();
  void arm_write();
  void read();
  void flush();
  void end(const std::error_code& error);

  loop& loop_;
  outgoing_events& events_;
  std::shared_ptr<attempt> attempt_;  // what handlers of the loop know weakly
};

}  // namespace broadcast_hub::net
