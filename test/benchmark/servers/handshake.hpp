#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// Bytes of a request's head with the empty line behind it; 0 while it is incomplete.
std::size_t request_size(std::string_view bytes);

/// The answer to a WebSocket request; empty when it has no key. Nothing else is checked.
std::string accept_request(std::string_view request);

}  // namespace broadcast_hub::benchmark
