#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// Where a client connects to (RFC 6455, section 3).
struct websocket_url {
  std::string host;  ///< a name or an address, without the brackets of IPv6
  std::uint16_t port = 80;
  std::string authority;  ///< for the `Host` header: host, and the port unless it is 80
  std::string target;     ///< path and query, for the request line
};

/// Reads `ws://host[:port][/path][?query]`.
///
/// Errors: returns what is wrong, in words that go on from "... is <url>; "; empty when it is read.
std::string read_websocket_url(std::string_view text, websocket_url& to);

}  // namespace broadcast_hub::wire
