#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::wire {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// A complete request head (RFC 9112), found well-formed. A value.
struct request {
  std::string method;      ///< as sent: methods are case-sensitive
  std::string target;      ///< as sent
  std::string path;        ///< the target up to "?", as sent, not decoded
  std::string query;       ///< behind the "?"
  header_list headers;     ///< repeated ones joined by ", ", cookies by "; "
  int http_minor = 1;      ///< of HTTP/1.x
  bool keep_alive = true;  ///< what version and `Connection` ask for (RFC 9112, section 9.3)
  bool has_body = false;   ///< a Content-Length above zero, or a Transfer-Encoding

  /// The value of a header, its name compared without regard to case; empty when absent.
  std::string_view header(std::string_view name) const noexcept;
  bool has_header(std::string_view name) const noexcept;
};

/// Whether `list`, a comma-separated header value, has `token`, without regard to case.
bool has_token(std::string_view list, std::string_view token) noexcept;

}  // namespace broadcast_hub::wire
