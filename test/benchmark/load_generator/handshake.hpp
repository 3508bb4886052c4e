#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

enum class client_kind {
  plain,
  deflating,  ///< offers permessage-deflate, in the words of Chromium
  envelope    ///< offers bhub.v1
};

/// What a client sends first.
std::string handshake_request(client_kind kind);

/// What a server said to `handshake_request`.
struct handshake_answer {
  std::size_t size = 0;  ///< of the answer's head; 0 while it is incomplete
  std::string fault;     ///< empty when the connection is open
  bool deflate = false;  ///< permessage-deflate is agreed on
  bool server_context_takeover = true;
};

/// Reads the answer at the front of `bytes`. What was offered must be granted.
handshake_answer read_handshake(std::string_view bytes, client_kind kind);

}  // namespace broadcast_hub::benchmark
