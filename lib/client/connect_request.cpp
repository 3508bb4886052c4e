#include "client/connect_request.hpp"

#include "base/text.hpp"
#include "wire/http_text.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace broadcast_hub {
namespace {

/// Those that the handshake itself sends.
bool belongs_to_the_handshake(std::string_view name) {
  constexpr std::array<std::string_view, 3> known = {"Host", "Upgrade", "Connection"};
  constexpr std::string_view all = "Sec-WebSocket-";
  return equal_ignoring_case(name.substr(0, all.size()), all) ||
         std::any_of(known.begin(), known.end(),
                     [name](std::string_view each) { return equal_ignoring_case(name, each); });
}

}  // namespace

wire::websocket_url require_url(const char* option, const std::string& url) {
  wire::websocket_url read;
  const std::string wrong = wire::read_websocket_url(url, read);
  if (!wrong.empty())
    throw std::invalid_argument(join(option, " is \"", printable(url), "\"; ", wrong));
  return read;
}

void require_headers(const char* option, const client_headers& headers) {
  for (const auto& [name, value] : headers) {
    const std::string header = join(option, " has \"", printable(name), "\"; ");
    if (!wire::is_token(name))
      throw std::invalid_argument(header + "that is not the name of a header");
    if (belongs_to_the_handshake(name))
      throw std::invalid_argument(header + "the client itself says that");
    if (std::any_of(value.begin(), value.end(), wire::is_control))
      throw std::invalid_argument(header + "its value must not have control characters");
  }
}

connect_request make_connect_request(const client_options& options) {
  connect_request made;
  made.url = options.make_url
                 ? require_url("what client_options.make_url returned", options.make_url())
                 : require_url("client_options.url", options.url);
  made.headers = options.headers;
  if (options.make_headers) {
    const client_headers more = options.make_headers();
    require_headers("what client_options.make_headers returned", more);
    made.headers.insert(made.headers.end(), more.begin(), more.end());
  }
  return made;
}

}  // namespace broadcast_hub
