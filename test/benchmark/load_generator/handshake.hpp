#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// What a client sends first. With `deflate` it offers permessage-deflate in the words of Chromium.
std::string_view handshake_request(bool deflate) noexcept;

/// What a server said to `handshake_request`.
struct handshake_answer {
  std::size_t size = 0;  ///< of the answer's head; 0 while it is incomplete
  std::string fault;     ///< empty when the connection is open
  bool deflate = false;  ///< permessage-deflate is agreed on
  bool server_context_takeover = true;
};

/// Reads the answer at the front of `bytes`.
handshake_answer read_handshake(std::string_view bytes, bool deflate_offered);

}  // namespace broadcast_hub::benchmark
