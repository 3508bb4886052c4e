#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// What was agreed on.
struct deflate_agreement {
  std::string answer;           ///< for the response's `Sec-WebSocket-Extensions`
  bool limited_window = false;  ///< the client inflates with less than 15 bits
};

/// Answers a client's `Sec-WebSocket-Extensions` with the first offer of permessage-deflate that a
/// publication compressed once for all can keep (RFC 7692, section 7.1): no context between
/// messages in either direction, and a window of 15 bits. If there is none, with the first that
/// asks for a smaller window: such a client is to be sent nothing compressed, which it must expect
/// (section 6). Nothing when permessage-deflate is not offered, or in no way that can be kept.
std::optional<deflate_agreement> accept_deflate(std::string_view offers);

}  // namespace broadcast_hub::wire
