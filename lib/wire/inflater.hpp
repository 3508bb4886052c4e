#pragma once

#include "wire/frame_header.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace broadcast_hub::wire {

/// Decompresses messages one by one, none of them leaning on another (RFC 7692, section 7.2.2).
/// Takes about 40 KiB from its first use on, so share it.
///
/// Thread safety: none.
class inflater {
 public:
  inflater();
  ~inflater();
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;

  struct result {
    /// 1009; 1007 for what is no whole compressed message; 1011 when memory is short.
    std::optional<frame_fault> fault;
    std::string_view payload;  ///< valid until the next call
  };

  /// Never takes more memory for the message than twice `max_bytes`, whatever it claims to hold.
  result inflate(std::string_view compressed, std::size_t max_bytes) noexcept;

  /// How many messages it was given so far.
  std::uint64_t messages() const noexcept { return messages_; }

  /// Lets go of the last message, if it was large.
  void trim() noexcept;

 private:
  class impl;
  std::unique_ptr<impl> impl_;
  std::uint64_t messages_ = 0;
};

}  // namespace broadcast_hub::wire
