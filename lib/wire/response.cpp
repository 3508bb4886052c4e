#include "wire/response.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace broadcast_hub::wire {
namespace {

struct phrase {
  int status;
  std::string_view text;
};

constexpr std::array phrases{
    phrase{100, "Continue"},
    phrase{101, "Switching Protocols"},
    phrase{200, "OK"},
    phrase{201, "Created"},
    phrase{202, "Accepted"},
    phrase{204, "No Content"},
    phrase{206, "Partial Content"},
    phrase{301, "Moved Permanently"},
    phrase{302, "Found"},
    phrase{303, "See Other"},
    phrase{304, "Not Modified"},
    phrase{307, "Temporary Redirect"},
    phrase{308, "Permanent Redirect"},
    phrase{400, "Bad Request"},
    phrase{401, "Unauthorized"},
    phrase{402, "Payment Required"},
    phrase{403, "Forbidden"},
    phrase{404, "Not Found"},
    phrase{405, "Method Not Allowed"},
    phrase{406, "Not Acceptable"},
    phrase{407, "Proxy Authentication Required"},
    phrase{408, "Request Timeout"},
    phrase{409, "Conflict"},
    phrase{410, "Gone"},
    phrase{411, "Length Required"},
    phrase{412, "Precondition Failed"},
    phrase{413, "Content Too Large"},
    phrase{414, "URI Too Long"},
    phrase{415, "Unsupported Media Type"},
    phrase{416, "Range Not Satisfiable"},
    phrase{417, "Expectation Failed"},
    phrase{421, "Misdirected Request"},
    phrase{422, "Unprocessable Content"},
    phrase{423, "Locked"},
    phrase{425, "Too Early"},
    phrase{426, "Upgrade Required"},
    phrase{428, "Precondition Required"},
    phrase{429, "Too Many Requests"},
    phrase{431, "Request Header Fields Too Large"},
    phrase{451, "Unavailable For Legal Reasons"},
    phrase{500, "Internal Server Error"},
    phrase{501, "Not Implemented"},
    phrase{502, "Bad Gateway"},
    phrase{503, "Service Unavailable"},
    phrase{504, "Gateway Timeout"},
    phrase{505, "HTTP Version Not Supported"},
    phrase{507, "Insufficient Storage"},
    phrase{511, "Network Authentication Required"},
};

/// RFC 9110, section 8.6: these have no content, and saying how long it is would be wrong or
/// forbidden.
bool tells_length(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

/// RFC 9110, section 7.8: who sends `Upgrade` names it in `Connection` too.
std::string_view connection_options(const response& response, bool keep_alive) noexcept {
  const bool upgrade =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& header) { return equal_ignoring_case(header.first, "Upgrade"); });
  if (keep_alive && !response.close) {
    return upgrade ? "keep-alive, Upgrade" : "keep-alive";
  }
  return upgrade ? "close, Upgrade" : "close";
}

}  // namespace

response text_response(int status, std::string_view text) {
  response made;
  made.status = status;
  made.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  made.body = std::make_shared<const std::string>(join(text, "\n"));
  return made;
}

response method_not_allowed(std::string_view text, std::string_view allowed) {
  response made = text_response(405, text);
  made.headers.emplace_back("Allow", allowed);
  return made;
}

std::string_view reason_phrase(int status) noexcept {
  const auto* const found = std::find_if(phrases.begin(), phrases.end(),
                                         [status](phrase known) { return known.status == status; });
  return found == phrases.end() ? std::string_view("Unknown") : found->text;
}

std::string serialize_head(const response& response, bool keep_alive) {
  std::string head =
      join("HTTP/1.1 ", response.status, " ", reason_phrase(response.status), "\r\n");
  for (const auto& [name, value] : response.headers) {
    head += join(name, ": ", value, "\r\n");
  }
  if (tells_length(response.status)) {
    const std::uint64_t length = response.body ? response.body->size() : response.omitted_bytes;
    head += join("Content-Length: ", length, "\r\n");
  }
  head += join("Connection: ", connection_options(response, keep_alive), "\r\n\r\n");
  return head;
}

}  // namespace broadcast_hub::wire
