#pragma once

#include "wire/request.hpp"
#include "wire/response.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::wire {

/// Whether the request asks for an upgrade to WebSocket: it is HTTP/1.1 and has an `Upgrade` header
/// with the token "websocket", or any `Sec-WebSocket-` request header. Whether it asks rightly is
/// another question.
bool asks_for_websocket(const request& request) noexcept;

/// Checks a request that asks for it as RFC 6455, section 4.2.1 wants it: GET, `Upgrade` and
/// `Connection` by token, version exactly 13, a key that decodes to 16 bytes, no body. Status 101
/// when it is in order, else the response to send: 400, 405 or 426 (with `Sec-WebSocket-Version:
/// 13`). Also `Sec-WebSocket-Extensions` must be well-formed (section 9.1).
response check_upgrade(const request& request);

/// Subprotocols in the order offered; repetitions, and what is no token, left out.
std::vector<std::string> offered_subprotocols(const request& request);

bool offers_subprotocol(const request& request, std::string_view name);

/// Whether a page with the request's `Origin` may connect; see `listen_options::allowed_origins`
/// and `loopback_is_one_host`.
bool origin_allowed(const request& request, const std::vector<std::string>& allowed,
                    bool loopback_is_one_host = false);

struct accepted_upgrade {
  std::string response;         ///< the bytes of the 101 response
  bool deflate = false;         ///< permessage-deflate is part of it
  bool limited_window = false;  ///< what the peer is sent must not be what others get compressed
};

/// Requires: `check_upgrade` said 101. `subprotocol` may be empty; `may_deflate`:
/// permessage-deflate is agreed on if it is offered as we can keep it; `headers`: more of them.
accepted_upgrade accept_upgrade(const request& request, std::string_view subprotocol,
                                bool may_deflate, const header_list& headers = {});

}  // namespace broadcast_hub::wire
