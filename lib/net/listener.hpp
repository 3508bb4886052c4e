#pragma once

#include "base/logger.hpp"
#include "net/asio.hpp"
#include "net/counters.hpp"

#include <broadcast_hub/options.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::net {

class shard;

/// Accepts connections of one `hub::listen` call, on shard 0, and hands them to all shards in turn.
/// It keeps one descriptor in reserve: when the process runs out, that one is spent on telling
/// waiting peers so, instead of spinning on a failing accept.
class listener {
 public:
  /// Called on shard 0 with each accepted socket that may still be served.
  using accept_gate = std::function<bool()>;

  /// Binds at once, every address under the same port. If there are two, the machine may lack the
  /// second: that is a warning.
  ///
  /// Errors: throws `std::system_error` of our category that names address and port.
  listener(std::vector<shard*> shards, std::uint16_t index,
           const std::vector<asio::ip::address>& addresses, std::uint16_t port, accept_gate gate,
           const socket_options& sockets, const logger& log);
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  std::uint16_t port() const noexcept { return port_; }

  /// "127.0.0.1:8081", and "[::1]:8081" with it.
  std::string name() const;

  /// On shard 0. Again now and then: it goes on where memory was too short to go on.
  void start() noexcept;

  /// On shard 0, or before it runs.
  void stop() noexcept;

 private:
  struct door {
    explicit door(asio::io_context& context) : acceptor(context), pause(context) {}

    tcp_acceptor acceptor;
    steady_timer pause;

    // Shared with what is waited for. A handler is lost when there is no memory for what it needs,
    // and then nobody else has this.
    std::shared_ptr<char> waiting = std::make_shared<char>();
  };

  void bind_all(const std::vector<asio::ip::address>& addresses, std::uint16_t port);
  void bind(const asio::ip::tcp::endpoint& endpoint);
  void set_options(tcp_acceptor& acceptor, const asio::ip::tcp::endpoint& endpoint);
  void await(door& from) noexcept;
  void accept_some(door& from) noexcept;
  int accept_one(door& from) noexcept;
  void hand_over(shard& to, tcp_socket socket, const asio::ip::tcp::endpoint& remote);
  void on_failure(door& at, int error) noexcept;
  void turn_away_one(door& at);

  std::vector<shard*> shards_;
  std::uint16_t index_;
  accept_gate gate_;
  socket_options sockets_;
  const logger& log_;
  std::vector<std::unique_ptr<door>> doors_;
  std::uint16_t port_ = 0;
  std::size_t next_shard_ = 0;
  int reserve_ = -1;
};

}  // namespace broadcast_hub::net
