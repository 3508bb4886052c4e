#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::wire {

/// An HTTP response, not yet written. A value; the body is shared because many clients may be sent
/// the same file.
struct response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  ///< without Content-Length, Connection
  std::shared_ptr<const std::string> body;                   ///< null: none
  std::uint64_t omitted_bytes = 0;  ///< HEAD: what Content-Length tells of a body that is not here
  bool close = false;  ///< the connection ends behind it, whatever the request asked for
};

/// A response with a one-line text/plain body.
response text_response(int status, std::string_view text);

/// The same with 405 and what it must tell (RFC 9110, section 15.5.6), for example "GET, HEAD".
response method_not_allowed(std::string_view text, std::string_view allowed);

/// "Not Found" for 404; "Unknown" for a number without a name.
std::string_view reason_phrase(int status) noexcept;

/// Status line and headers, with `Content-Length` (but for 1xx, 204 and 304) and
/// `Connection: keep-alive` or `close`. Not the body.
std::string serialize_head(const response& response, bool keep_alive);

}  // namespace broadcast_hub::wire
