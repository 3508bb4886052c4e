#include "wire/client_handshake.hpp"

#include "base/text.hpp"
#include "wire/http_date.hpp"
#include "wire/http_text.hpp"
#include "wire/request.hpp"
#include "wire/websocketpp_client_config.hpp"

#include <websocketpp/uri.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

namespace broadcast_hub::wire {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::string_view key_header = "Sec-WebSocket-Key";

using client_response = websocketpp_client_config::response_type;
using client_request = websocketpp_client_config::request_type;

/// Code and phrase of a response (RFC 9112, section 4), for example "404 Not Found"; empty when the
/// text does not begin as one.
std::string_view status_of(std::string_view head) noexcept {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string_view::npos)
    return {};
  const std::string_view status = line.substr(space + 1);
  const std::string_view code = status.substr(0, status.find(' '));
  const bool three_digits =
      code.size() == 3 && code.find_first_not_of("0123456789") == std::string_view::npos;
  return three_digits ? status : std::string_view();
}

}  // namespace

client_handshake::client_handshake(const websocket_url& to, std::string_view subprotocol,
                                   const random_source& random, const header_list& headers)
    : subprotocol_(subprotocol) {
  websocketpp_client_processor processor(random);
  client_request made;
  processor->client_handshake_request(
      made, std::make_shared<websocketpp::uri>(false, to.host, to.port, to.target),
      {std::string(subprotocol)});
  made.replace_header("Host", to.authority);  // websocketpp leaves out the brackets of IPv6
  key_ = made.get_header(std::string(key_header));
  request_ = made.raw();
  // It comes from a stream, which cuts it off when there is no memory for more. The server would
  // wait for the rest.
  if (!request_.ends_with(end_of_head))
    throw std::bad_alloc();
  std::string more;
  for (const auto& [name, value] : headers)
    more += join(name, ": ", value, "\r\n");
  request_.insert(request_.size() - 2, more);
}

client_handshake::result client_handshake::take(std::string_view bytes, std::size_t& consumed) {
  const std::size_t before = head_.size();
  const std::size_t room = max_head_bytes - std::min(before, max_head_bytes);
  head_ += bytes.substr(0, room);
  // The end may have begun in what came earlier.
  const std::size_t from = before - std::min(before, end_of_head.size() - 1);
  const std::size_t end = head_.find(end_of_head, from);
  if (end == std::string::npos) {
    consumed = bytes.size();
    return head_.size() < max_head_bytes ? result::need_more
                                         : refuse("the server's answer is too long");
  }
  head_.resize(end + end_of_head.size());
  consumed = head_.size() - before;
  return check();
}

client_handshake::result client_handshake::check() {
  // First, because websocketpp reads any number into its enumeration of codes.
  const std::string_view status = status_of(head_);
  if (status.empty())
    return refuse("the server's answer is not HTTP");
  const bool let_in = status.starts_with("101");
  client_response answer;
  bool readable = true;
  try {
    answer.consume(head_.data(), head_.size());
  } catch (const std::exception&) {
    readable = false;
  }
  if (!let_in) {
    std::from_chars(status.data(), status.data() + status.size(), status_);
    if (readable)
      retry_after_ = answer.get_header("Retry-After");
    return refuse(join("the server answered ", printable(status)));
  }
  if (!readable)
    return refuse("the server's answer is not HTTP");
  const random_source never_asked;
  websocketpp_client_processor processor(never_asked);
  client_request asked;
  asked.replace_header(std::string(key_header), key_);
  // websocketpp is content when a token is part of a word.
  if (processor->validate_server_handshake_response(asked, answer) ||
      !equal_ignoring_case(answer.get_header("Upgrade"), "websocket") ||
      !has_token(answer.get_header("Connection"), "upgrade")) {
    return refuse("the server's answer is not one to a WebSocket request");
  }
  if (!answer.get_header("Sec-WebSocket-Extensions").empty())
    return refuse("the server chose an extension that was not offered");
  if (answer.get_header("Sec-WebSocket-Protocol") != subprotocol_)
    return refuse(join("the server does not speak ", subprotocol_));
  return result::accepted;
}

client_handshake::result client_handshake::refuse(std::string why) {
  fault_ = std::move(why);
  return result::refused;
}

std::chrono::seconds read_retry_after(std::string_view text, std::chrono::sys_seconds now) {
  constexpr std::chrono::seconds most = std::chrono::hours(24);
  text = trim(text);
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  if (number) {
    std::uint32_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    return read.ec == std::errc{} ? std::min(std::chrono::seconds(count), most) : most;
  }
  const auto date = parse_http_date(text, now);
  return date ? std::clamp(*date - now, std::chrono::seconds(0), most) : std::chrono::seconds(0);
}

}  // namespace broadcast_hub::wire
