#pragma once

// Only sources of this room may include this file: nothing of websocketpp shows outside of it.

#include <websocketpp/utf8_validator.hpp>

#include <cstddef>
#include <string_view>

namespace broadcast_hub::wire {

/// Looks for UTF-8 in text that comes in pieces, cut anywhere. Most text is mostly ASCII, which is
/// passed by in words; websocketpp's validator, which goes byte by byte, sees the rest.
class utf8_stream {
 public:
  /// False from the first byte on that cannot be part of UTF-8.
  bool take(std::string_view piece) noexcept;

  /// The text may end here.
  bool complete() noexcept { return validator_.complete(); }

  void reset() noexcept { validator_.reset(); }

 private:
  websocketpp::utf8_validator::validator validator_;
};

}  // namespace broadcast_hub::wire
