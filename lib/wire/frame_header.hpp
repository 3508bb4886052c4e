#pragma once

#include <broadcast_hub/close_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace broadcast_hub::wire {

/// A rule that a peer broke, and the code to close with.
struct frame_fault {
  close_code code = close_code::protocol_error;
  std::string_view rule;  ///< a literal, short enough for a close frame
};

/// Whose frames are read: those of a client must be masked, those of a server must not (RFC 6455,
/// section 5.1).
enum class frame_sender : unsigned char { client, server };

/// The header of one frame (RFC 6455, section 5.2), collected from the bytes as they come.
class frame_header {
 public:
  /// Takes what belongs to the header, but stops once behind its first two bytes, so that they can
  /// be checked before more is waited for. Returns the number of bytes taken.
  std::size_t take(const char* data, std::size_t size) noexcept;

  bool started() const noexcept { return size_ != 0; }
  bool has_start() const noexcept { return size_ >= start_size; }
  bool complete() const noexcept { return has_start() && size_ == full_size(); }
  void reset() noexcept { size_ = 0; }

  /// Requires: `has_start()`.
  bool fin() const noexcept { return (bytes_[0] & 0x80U) != 0; }
  bool control() const noexcept { return (bytes_[0] & 0x08U) != 0; }
  bool compressed() const noexcept { return (bytes_[0] & rsv1) != 0; }
  bool text() const noexcept;

  /// The rules that the first two bytes alone can break. `message_open`: fragments of a data
  /// message have come, but not its last one. `deflate`: permessage-deflate was agreed on, so the
  /// first frame of a data message may say that it is compressed (RFC 7692, section 6). Requires:
  /// `has_start()`.
  std::optional<frame_fault> check_start(bool message_open, bool deflate,
                                         frame_sender from = frame_sender::client) const noexcept;

  /// The rules for the length; `room` is what the message limit has left. Requires: `complete()`.
  std::optional<frame_fault> check_length(std::uint64_t room) const noexcept;

  /// Requires: `complete()`.
  std::uint64_t payload_size() const noexcept;
  bool masked() const noexcept { return (bytes_[1] & 0x80U) != 0; }

  /// Requires: `masked()`.
  const unsigned char* mask_key() const noexcept { return &bytes_[start_size + length_bytes()]; }

  struct copied {
    std::array<unsigned char, 10> bytes;
    std::size_t size;
  };

  /// As a frame without a mask has it. Requires: `complete()`.
  copied without_mask() const noexcept;

 private:
  static constexpr std::size_t start_size = 2;
  static constexpr unsigned rsv1 = 0x40;

  unsigned opcode() const noexcept { return bytes_[0] & 0x0fU; }
  unsigned rsv() const noexcept { return bytes_[0] & 0x70U; }
  unsigned short_length() const noexcept { return bytes_[1] & 0x7fU; }
  std::size_t length_bytes() const noexcept;
  std::size_t full_size() const noexcept;

  std::array<unsigned char, 14> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace broadcast_hub::wire
