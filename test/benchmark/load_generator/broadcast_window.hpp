#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// The broadcasts asked for that some client still waits for, oldest first.
class broadcast_window {
 public:
  broadcast_window(std::size_t clients, std::size_t payload_bytes)
      : clients_(clients), payload_bytes_(payload_bytes) {}

  /// Notes one more broadcast; the view of its payload holds until all clients have it.
  std::string_view add();

  /// Whether the broadcast has been asked for and some client still waits for it.
  bool holds(std::uint64_t sequence) const noexcept;

  /// Requires: `holds(sequence)`.
  std::string_view payload(std::uint64_t sequence) const noexcept;

  /// One more client has it. Every client has its broadcasts in order, so the oldest one is
  /// complete first.
  void delivered(std::uint64_t sequence) noexcept;

  std::size_t in_flight() const noexcept { return broadcasts_.size(); }
  std::uint64_t oldest() const noexcept { return oldest_; }

 private:
  struct broadcast {
    std::string payload;
    std::size_t waiting_clients;
  };

  std::size_t clients_;
  std::size_t payload_bytes_;
  std::uint64_t oldest_ = 0;
  std::deque<broadcast> broadcasts_;
};

}  // namespace broadcast_hub::benchmark
