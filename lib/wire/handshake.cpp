#include "wire/handshake.hpp"

#include "base/text.hpp"
#include "wire/deflate_offer.hpp"
#include "wire/extensions.hpp"
#include "wire/http_text.hpp"
#include "wire/websocketpp_config.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <set>

namespace broadcast_hub::wire {
namespace {

constexpr std::string_view supported_version = "13";
constexpr std::string_view header_prefix = "Sec-WebSocket-";
constexpr std::string_view extensions_header = "Sec-WebSocket-Extensions";

response refuse(int status, std::string_view text) {
  response made = text_response(status, text);
  made.close = true;  // whoever fails a handshake has no use for the connection
  return made;
}

/// RFC 6455, section 4.2.2: the header tells the client which version to come back with.
response refuse_version() {
  response made = refuse(426, "Only version 13 of the WebSocket protocol is served.");
  made.headers.emplace_back("Upgrade", "websocket");
  made.headers.emplace_back("Sec-WebSocket-Version", supported_version);
  return made;
}

/// RFC 6455, section 4.3: a number from 0 to 255 without leading zeros.
bool is_version_number(std::string_view text) noexcept {
  const bool digits = !text.empty() && text.size() <= 3 &&
                      text.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && (text.size() == 1 || text.front() != '0');
}

/// Whether base64 text stands for exactly 16 bytes: 22 characters and two signs of padding.
bool is_key(std::string_view text) noexcept {
  constexpr std::size_t characters = 22;
  return text.size() == characters + 2 && text.substr(characters) == "==" &&
         std::all_of(text.begin(), text.begin() + characters, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '+' || c == '/';
         });
}

websocketpp::http::parser::request as_websocketpp(const request& request) {
  websocketpp::http::parser::request made;
  made.set_method(request.method);
  made.set_uri(request.target);
  made.set_version(request.http_minor == 1 ? "HTTP/1.1" : "HTTP/1.0");
  for (const auto& [name, value] : request.headers) {
    made.replace_header(name, value);
  }
  return made;
}

/// A processor for handshakes only; those keep no state in it.
class handshake_processor {
 public:
  const websocketpp_processor* operator->() const noexcept { return &processor_; }

 private:
  websocketpp_config::rng_type random_;
  websocketpp_processor processor_{false, true, nullptr, random_};
};

bool accepted_by_websocketpp(const request& request) {
  const handshake_processor processor;
  return !processor->validate_handshake(as_websocketpp(request));
}

}  // namespace

bool asks_for_websocket(const request& request) noexcept {
  if (request.http_minor == 0) {
    return false;  // RFC 9110, section 7.8: `Upgrade` means nothing in HTTP/1.0
  }
  return has_token(request.header("Upgrade"), "websocket") ||
         std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
           const std::string_view name = header.first;
           return equal_ignoring_case(name.substr(0, header_prefix.size()), header_prefix);
         });
}

response check_upgrade(const request& request) {
  if (request.method != "GET") {
    response made = method_not_allowed("A WebSocket request must be a GET.", "GET");
    made.close = true;
    return made;
  }
  if (request.has_body) {
    return refuse(400, "A WebSocket request has no body.");
  }
  if (!has_token(request.header("Upgrade"), "websocket")) {
    return refuse(400, "The Upgrade header lacks \"websocket\".");
  }
  if (!has_token(request.header("Connection"), "upgrade")) {
    return refuse(400, "The Connection header lacks \"Upgrade\".");
  }
  const std::string_view version = request.header("Sec-WebSocket-Version");
  if (!version.empty() && !is_version_number(version)) {
    return refuse(400, "Sec-WebSocket-Version is malformed.");
  }
  if (version != supported_version) {
    return refuse_version();
  }
  if (!is_key(request.header("Sec-WebSocket-Key"))) {
    return refuse(400, "Sec-WebSocket-Key does not stand for 16 bytes.");
  }
  if (!parse_extensions(request.header(extensions_header))) {
    return refuse(400, "Sec-WebSocket-Extensions is malformed.");
  }
  if (!accepted_by_websocketpp(request)) {
    return refuse(400, "The WebSocket request is malformed.");
  }
  response accepted;
  accepted.status = 101;
  return accepted;
}

std::vector<std::string> offered_subprotocols(const request& request) {
  std::vector<std::string> offered;
  std::set<std::string_view> seen;
  std::string_view list = request.header("Sec-WebSocket-Protocol");
  while (!list.empty()) {
    const std::string_view element = next_element(list);
    if (is_token(element) && seen.insert(element).second) {
      offered.emplace_back(element);
    }
  }
  return offered;
}

bool offers_subprotocol(const request& request, std::string_view name) {
  const std::vector<std::string> offered = offered_subprotocols(request);
  return std::find(offered.begin(), offered.end(), name) != offered.end();
}

accepted_upgrade accept_upgrade(const request& request, std::string_view subprotocol,
                                bool may_deflate, const header_list& headers) {
  const handshake_processor processor;
  websocketpp::http::parser::response accepted;
  processor->process_handshake(as_websocketpp(request), std::string(subprotocol), accepted);
  accepted.set_version("HTTP/1.1");
  accepted.set_status(websocketpp::http::status_code::switching_protocols);
  const auto deflate = may_deflate ? accept_deflate(request.header(extensions_header))
                                   : std::optional<deflate_agreement>();
  if (deflate) {
    accepted.replace_header(std::string(extensions_header), deflate->answer);
  }
  std::string head = accepted.raw();
  // Its stream says nothing when there is no memory for all of it.
  if (!std::string_view(head).ends_with("\r\n\r\n"))
    throw std::bad_alloc();
  head.resize(head.size() - 2);
  // websocketpp would join headers of one name, cookies too.
  for (const auto& [name, value] : headers)
    head += join(name, ": ", value, "\r\n");
  return {head + "\r\n", deflate.has_value(), deflate && deflate->limited_window};
}

}  // namespace broadcast_hub::wire
