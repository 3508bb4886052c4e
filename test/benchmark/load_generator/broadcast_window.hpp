#pragma once

#include "load_generator/latency_log.hpp"
#include "load_generator/payload.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// The broadcasts asked for that some client still waits for, oldest first.
class broadcast_window {
 public:
  broadcast_window(std::size_t clients, payload_kind kind, std::size_t payload_bytes)
      : clients_(clients), kind_(kind), payload_bytes_(payload_bytes) {}

  /// From now on the time from asking for a broadcast to each delivery is noted in `log`, which
  /// outlives this. None is noted after `nullptr`.
  void note_latencies(latency_log* log) noexcept { latencies_ = log; }

  /// Notes one more broadcast; the view of its payload holds until all clients have it.
  std::string_view add();

  /// Whether the broadcast has been asked for and some client still waits for it.
  bool holds(std::uint64_t sequence) const noexcept;

  /// Requires: `holds(sequence)`.
  std::string_view payload(std::uint64_t sequence) const noexcept;

  /// Whether these compressed bytes were found to say `payload(sequence)`, without a context; then
  /// they need not be inflated again for each client. One encoding of each broadcast is remembered,
  /// as long as the broadcast. Requires: `holds(sequence)`.
  bool is_known_encoding(std::uint64_t sequence, std::string_view bytes) const noexcept;
  void remember_encoding(std::uint64_t sequence, std::string_view bytes);

  /// One more client has it. Every client has its broadcasts in order, so the oldest one is
  /// complete first.
  void delivered(std::uint64_t sequence);

  std::size_t in_flight() const noexcept { return broadcasts_.size(); }
  std::uint64_t oldest() const noexcept { return oldest_; }

 private:
  struct broadcast {
    std::string payload;
    std::size_t waiting_clients;
    std::string encoding;
    std::chrono::steady_clock::time_point asked_for;
  };

  std::size_t clients_;
  payload_kind kind_;
  std::size_t payload_bytes_;
  std::uint64_t oldest_ = 0;
  std::deque<broadcast> broadcasts_;
  latency_log* latencies_ = nullptr;
};

}  // namespace broadcast_hub::benchmark
