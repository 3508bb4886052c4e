#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::stress {

/// Where one direction of a WebSocket connection is: in the head of the handshake, at the end of a
/// frame, or amid one.
class frame_position {
 public:
  void pass(std::string_view bytes);

  bool is_in_handshake() const noexcept { return !established_; }
  bool is_amid_frame() const noexcept { return !header_.empty() || rest_ > 0; }

 private:
  void pass_one(char byte);

  bool established_ = false;
  std::string head_;
  std::string header_;  // of a frame, as far as it has passed
  std::uint64_t rest_ = 0;
};

}  // namespace broadcast_hub::stress
