#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// Answers a client's `Sec-WebSocket-Extensions` with the first offer of permessage-deflate that a
/// publication compressed once for all can keep (RFC 7692, section 7.1): no context between
/// messages in either direction, and a window of 15 bits. Nothing when there is none: the client
/// then gets its messages uncompressed.
std::optional<std::string> accept_deflate(std::string_view offers);

}  // namespace broadcast_hub::wire
