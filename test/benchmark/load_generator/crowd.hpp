#pragma once

#include "load_generator/broadcast_window.hpp"
#include "load_generator/client.hpp"
#include "load_generator/options.hpp"
#include "support/descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace broadcast_hub::benchmark {

/// All clients, on one epoll loop, and the broadcasts that they wait for. The first client asks for
/// every broadcast, so that the server must send them in the order asked for.
///
/// Errors: methods throw `server_fault` when the server does anything wrong or nothing for longer
/// than `patience`, and `std::system_error`.
class crowd {
 public:
  /// This many clients, for the rest as `options` say.
  crowd(const load_options& options, std::size_t clients);

  /// Connects everybody and returns when all handshakes are done.
  void open();

  /// Asks for broadcasts until this many are in flight.
  void trigger(std::size_t in_flight);

  /// Waits until something arrives, and handles it.
  void turn();

  /// Returns when every client has every broadcast.
  void finish();

  /// Handles what comes during this time.
  void rest(std::chrono::milliseconds duration);

  std::size_t in_flight() const noexcept { return window_.in_flight(); }

  /// Bytes that all clients together have received, headers and handshakes included.
  std::uint64_t received_bytes() const noexcept { return tools_.received_bytes; }

  /// See `broadcast_window::note_latencies`.
  void note_latencies(latency_log* log) noexcept { window_.note_latencies(log); }

 private:
  void connect_next();
  int wait(std::chrono::milliseconds at_most);
  void send_triggers();
  [[noreturn]] void fail_stalled() const;

  std::uint16_t port_;
  client_kind kind_;
  bool every_second_plain_;
  std::size_t wanted_clients_;
  std::chrono::milliseconds patience_;
  descriptor poll_;
  broadcast_window window_;
  std::vector<client> clients_;
  std::size_t open_clients_ = 0;
  bool triggers_blocked_ = false;
  reading_tools tools_;
};

}  // namespace broadcast_hub::benchmark
