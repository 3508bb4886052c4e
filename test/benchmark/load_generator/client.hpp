#pragma once

#include "load_generator/broadcast_window.hpp"
#include "load_generator/handshake.hpp"
#include "protocol/server_frame_reader.hpp"
#include "support/descriptor.hpp"
#include "support/frame_header.hpp"
#include "support/inflater.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::benchmark {

/// What all clients use while they read, so that an idle client takes no memory.
struct reading_tools {
  std::vector<char> bytes;
  std::string text;
  test::inflater without_context;
  protocol::server_frame_reader frames;
  std::uint64_t received_bytes = 0;
};

/// One WebSocket connection to the server on 127.0.0.1. It checks everything that arrives: the
/// handshake, each frame's header, and that the payloads are all broadcasts in order.
///
/// Errors: methods throw `server_fault` and `std::system_error`.
class client {
 public:
  /// Connects and sends the handshake. `deflating`: the server may send any message compressed or
  /// not. `envelope`: subscribes to the topic of the broadcasts, which must have had none; their
  /// topic and offset are checked, too.
  client(std::size_t number, std::uint16_t port, client_kind kind);

  int socket() const noexcept { return socket_.get(); }

  /// Whether it gets broadcasts from now on.
  bool open() const noexcept { return open_; }

  /// The broadcast that this client expects next.
  std::uint64_t next() const noexcept { return next_; }

  /// Reads once and handles what has come.
  void read(reading_tools& tools, broadcast_window& window);

  /// Queues a message that the server is to broadcast. `flush` sends.
  void ask_for(std::string_view payload);

  /// Sends what is queued as far as possible; false when some is left.
  bool flush();

 private:
  void queue_text(std::string_view payload);
  std::size_t take_one(std::string_view bytes, reading_tools& tools, broadcast_window& window);
  std::size_t take_handshake(std::string_view bytes);
  std::size_t take_frame(std::string_view bytes, reading_tools& tools, broadcast_window& window);
  void check_header(const frame_header& header) const;
  void take_compressed(std::string_view payload, reading_tools& tools, broadcast_window& window);
  void take_envelope(std::string_view text, reading_tools& tools, broadcast_window& window);
  void take_answer(const protocol::subscribed_said& said, std::string_view text);
  void take_publication(const protocol::publication_said& said, std::string_view text,
                        broadcast_window& window);
  void take_broadcast(std::string_view payload, broadcast_window& window);
  void check_asked_for(std::string_view payload, const broadcast_window& window) const;
  [[noreturn]] void fail(const std::string& what) const;

  std::size_t number_;
  descriptor socket_;
  bool upgraded_ = false;
  bool open_ = false;
  client_kind kind_;
  std::unique_ptr<test::inflater>
      context_;  // only when the server compresses with context takeover
  std::uint64_t next_ = 0;
  std::string unread_;  // the beginning of a frame whose rest has not come yet
  std::string unsent_;
};

}  // namespace broadcast_hub::benchmark
