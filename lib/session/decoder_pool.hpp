#pragma once

#include "wire/frame_decoder.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace broadcast_hub::session {

/// Decoders for the connections of one shard that are receiving just now. An idle connection has
/// none, which is most of why it is small.
class decoder_pool {
 public:
  explicit decoder_pool(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {
    free_.reserve(kept);
  }

  std::unique_ptr<wire::frame_decoder> take() {
    if (free_.empty())
      return std::make_unique<wire::frame_decoder>(max_message_bytes_);
    auto decoder = std::move(free_.back());
    free_.pop_back();
    return decoder;
  }

  /// Keeps it if it is fit for another connection and not too many are kept already.
  void put(std::unique_ptr<wire::frame_decoder> decoder) noexcept {
    if (decoder->idle() && !decoder->faulted() && free_.size() < kept) {
      decoder->trim();
      free_.push_back(std::move(decoder));
    }
  }

 private:
  static constexpr std::size_t kept = 64;

  std::size_t max_message_bytes_;
  std::vector<std::unique_ptr<wire::frame_decoder>> free_;
};

}  // namespace broadcast_hub::session
