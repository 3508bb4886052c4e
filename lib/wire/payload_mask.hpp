#pragma once

#include <array>
#include <cstddef>

namespace broadcast_hub::wire {

/// Takes the mask off one payload that comes in parts, cut anywhere (RFC 6455, section 5.3).
/// websocketpp goes byte by byte; this goes by words.
class payload_mask {
 public:
  static constexpr std::size_t key_size = 4;

  /// A payload begins; its key has `key_size` bytes.
  void begin(const unsigned char* key) noexcept;

  /// Its next part, in place.
  void take_off(char* data, std::size_t size) noexcept;

 private:
  std::array<unsigned char, 2 * key_size> word_{};  // the key twice, from the next byte's place on
};

}  // namespace broadcast_hub::wire
