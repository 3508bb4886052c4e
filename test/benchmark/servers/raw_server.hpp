#pragma once

#include "support/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::benchmark {

/// The least that a server which broadcasts WebSocket messages can be: epoll, `recv`, `send`. It
/// trusts its peers, so its cost is the floor to compare with and not an example.
class raw_server {
 public:
  /// What to do with a message, already encoded as the frame to be sent.
  using message_handler = std::function<void(std::string_view frame)>;
  using turn_handler = std::function<void()>;

  /// Binds a free port of 127.0.0.1.
  raw_server();

  std::uint16_t port() const;
  void on_message(message_handler handler) { on_message_ = std::move(handler); }
  void on_turn_end(turn_handler handler) { on_turn_end_ = std::move(handler); }

  /// Serves until the process is ended.
  [[noreturn]] void run();

  /// One `send` to each client.
  void send_to_all(std::string_view bytes);

  /// One `send` to each client; `last_bytes` to the one that connected last.
  void send_to_all(std::string_view bytes, std::string_view last_bytes);

 private:
  // Only for a peer that sent half a frame, or that does not read as fast as we send.
  struct leftovers {
    std::string unread;
    std::string unsent;
  };

  struct peer {
    descriptor socket;
    bool open = false;
    std::unique_ptr<leftovers> left;
  };

  void accept_one();
  void serve(std::size_t slot, std::uint32_t events);
  void read(peer& from);
  std::size_t take_one(peer& from, std::string_view bytes);
  std::size_t take_request(peer& from, std::string_view bytes);
  std::size_t take_frame(std::string_view bytes);
  void send(peer& to, std::string_view bytes);
  void send_rest(peer& to);
  void watch(const peer& watched, std::uint32_t events, int operation);

  descriptor listener_;
  descriptor poll_;
  std::vector<peer> peers_;  // by descriptor
  std::vector<char> scratch_;
  message_handler on_message_;
  turn_handler on_turn_end_;
};

}  // namespace broadcast_hub::benchmark
