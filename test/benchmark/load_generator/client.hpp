#pragma once

#include "load_generator/broadcast_window.hpp"
#include "support/descriptor.hpp"
#include "support/frame_header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::benchmark {

/// One WebSocket connection to the server on 127.0.0.1. It checks everything that arrives: the
/// handshake, each frame's header, and that the payloads are all broadcasts in order.
///
/// Errors: methods throw `server_fault` and `std::system_error`.
class client {
 public:
  /// Connects and sends the handshake.
  client(std::size_t number, std::uint16_t port);

  int socket() const noexcept { return socket_.get(); }
  bool open() const noexcept { return open_; }

  /// The broadcast that this client expects next.
  std::uint64_t next() const noexcept { return next_; }

  /// Reads once and handles what has come. `scratch` is shared by all clients, so that an idle
  /// client takes no memory.
  void read(std::vector<char>& scratch, broadcast_window& window);

  /// Queues one text message. `flush` sends.
  void queue_text(std::string_view payload);

  /// Sends what is queued as far as possible; false when some is left.
  bool flush();

 private:
  std::size_t take_one(std::string_view bytes, broadcast_window& window);
  std::size_t take_handshake(std::string_view bytes);
  std::size_t take_frame(std::string_view bytes, broadcast_window& window);
  void take_broadcast(opcode code, std::string_view payload, broadcast_window& window);
  [[noreturn]] void fail(const std::string& what) const;

  std::size_t number_;
  descriptor socket_;
  bool open_ = false;
  std::uint64_t next_ = 0;
  std::string unread_;  // the beginning of a frame whose rest has not come yet
  std::string unsent_;
};

}  // namespace broadcast_hub::benchmark
