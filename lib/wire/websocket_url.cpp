#include "wire/websocket_url.hpp"

#include "base/text.hpp"
#include "wire/http_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace broadcast_hub::wire {
namespace {

constexpr std::string_view scheme = "ws://";
constexpr std::uint16_t default_port = 80;

std::string must_be() {
  return "it must be of the form ws://host:port/path";
}

/// RFC 3986 has no others, and neither has a request line.
bool is_url_character(char c) noexcept {
  return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
         c != '`' && c != '{' && c != '|' && c != '}';
}

std::optional<std::uint16_t> read_port(std::string_view port_digits) noexcept {
  if (port_digits.empty())
    return default_port;
  std::uint16_t port = 0;
  const char* const end = port_digits.data() + port_digits.size();
  const auto read = std::from_chars(port_digits.data(), end, port);
  if (read.ec != std::errc{} || read.ptr != end || port == 0)
    return std::nullopt;
  return port;
}

}  // namespace

std::string read_websocket_url(std::string_view text, websocket_url& to) {
  if (text.size() >= 6 && equal_ignoring_case(text.substr(0, 6), "wss://"))
    return "this client has no TLS; " + must_be();
  if (!equal_ignoring_case(text.substr(0, scheme.size()), scheme) ||
      !std::all_of(text.begin(), text.end(), is_url_character))
    return must_be();
  if (text.find('#') != std::string_view::npos)
    return "a WebSocket address has no fragment (RFC 6455, section 3)";
  text.remove_prefix(scheme.size());
  const std::string_view authority = text.substr(0, text.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos)
    return "it must not name a user";
  const auto host = host_of(authority);
  if (!host)
    return must_be();
  std::string_view behind = authority.substr(host->size());
  if (!behind.empty())
    behind.remove_prefix(1);  // the colon
  const auto port = read_port(behind);
  if (!port)
    return "its port must be from 1 to 65535";
  const bool bracketed = host->front() == '[';
  to.host = bracketed ? host->substr(1, host->size() - 2) : *host;
  to.port = *port;
  to.authority = *port == default_port ? std::string(*host) : join(*host, ":", *port);
  const std::string_view target = text.substr(authority.size());
  to.target = join(target.starts_with('/') ? "" : "/", target);
  return {};
}

}  // namespace broadcast_hub::wire
