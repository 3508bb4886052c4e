#include "load_generator/broadcast_window.hpp"

#include "load_generator/payload.hpp"

namespace broadcast_hub::benchmark {

std::string_view broadcast_window::add() {
  const std::uint64_t sequence = oldest_ + broadcasts_.size();
  broadcasts_.push_back({make_payload(sequence, payload_bytes_), clients_});
  return broadcasts_.back().payload;
}

bool broadcast_window::holds(std::uint64_t sequence) const noexcept {
  return sequence >= oldest_ && sequence - oldest_ < broadcasts_.size();
}

std::string_view broadcast_window::payload(std::uint64_t sequence) const noexcept {
  return broadcasts_[sequence - oldest_].payload;
}

void broadcast_window::delivered(std::uint64_t sequence) noexcept {
  --broadcasts_[sequence - oldest_].waiting_clients;
  while (!broadcasts_.empty() && broadcasts_.front().waiting_clients == 0) {
    broadcasts_.pop_front();
    ++oldest_;
  }
}

}  // namespace broadcast_hub::benchmark
