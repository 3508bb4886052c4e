#pragma once

#include <string>
#include <string_view>

namespace broadcast_hub::http {

/// Where in a folder a request points. A value.
struct request_path {
  int status = 200;          ///< 400 for a path that is malformed, 404 for one that is never served
  std::string relative;      ///< decoded, without slashes at either end; empty: the folder itself
  bool names_folder = true;  ///< it ended with a slash
};

/// Decodes the path of a request (RFC 3986, section 2.1), once. With status 200, no segment of
/// `relative` is empty, starts with a dot, or holds a control character or a backslash.
request_path parse_request_path(std::string_view path);

/// The path, with a leading slash, as it may stand in a Location header.
std::string encode_path(std::string_view relative);

}  // namespace broadcast_hub::http
