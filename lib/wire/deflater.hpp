#pragma once

#include "wire/frame_encoder.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace broadcast_hub::wire {

/// Compresses messages one by one, none of them leaning on another (RFC 7692, section 7.2.1). Takes
/// about 256 KiB, so share it.
///
/// Thread safety: none.
class deflater {
 public:
  /// `level`: 1 (fast) to 9 (small).
  ///
  /// Errors: throws `std::bad_alloc`.
  explicit deflater(int level);
  ~deflater();
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  /// One unmasked frame, valid until the next call. Empty when compressing makes the payload no
  /// smaller.
  std::string_view make_frame(opcode code, std::string_view payload);

  /// The same without a header, for a text in pieces.
  std::string_view deflate(std::span<const std::string_view> pieces);

  /// Lets go of the last frame, if it was large.
  void trim() noexcept;

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace broadcast_hub::wire
