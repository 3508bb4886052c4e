#include "load_generator/broadcast_window.hpp"

namespace broadcast_hub::benchmark {

using clock = std::chrono::steady_clock;

std::string_view broadcast_window::add() {
  const std::uint64_t sequence = oldest_ + broadcasts_.size();
  const auto now = latencies_ != nullptr ? clock::now() : clock::time_point();
  broadcasts_.push_back({make_payload(kind_, sequence, payload_bytes_), clients_, {}, now});
  return broadcasts_.back().payload;
}

bool broadcast_window::holds(std::uint64_t sequence) const noexcept {
  return sequence >= oldest_ && sequence - oldest_ < broadcasts_.size();
}

std::string_view broadcast_window::payload(std::uint64_t sequence) const noexcept {
  return broadcasts_[sequence - oldest_].payload;
}

bool broadcast_window::is_known_encoding(std::uint64_t sequence,
                                         std::string_view bytes) const noexcept {
  const std::string& known = broadcasts_[sequence - oldest_].encoding;
  // Empty: none is known. An empty frame that a faulty server sends is not it.
  return !known.empty() && bytes == known;
}

void broadcast_window::remember_encoding(std::uint64_t sequence, std::string_view bytes) {
  broadcasts_[sequence - oldest_].encoding = bytes;
}

void broadcast_window::delivered(std::uint64_t sequence) {
  broadcast& received = broadcasts_[sequence - oldest_];
  if (latencies_ != nullptr) {
    latencies_->add(clock::now() - received.asked_for);
  }
  --received.waiting_clients;
  while (!broadcasts_.empty() && broadcasts_.front().waiting_clients == 0) {
    broadcasts_.pop_front();
    ++oldest_;
  }
}

}  // namespace broadcast_hub::benchmark
