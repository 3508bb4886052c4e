#include "wire/request_syntax.hpp"

#include "base/text.hpp"
#include "wire/http_text.hpp"

#include <algorithm>
#include <cstddef>

namespace broadcast_hub::wire {
namespace {

constexpr std::string_view digits = "0123456789";

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) noexcept {
  return text.find_first_not_of(digits) == std::string_view::npos;
}

std::optional<syntax_fault> bad_request(std::string_view rule) noexcept {
  return syntax_fault{400, rule};
}

std::optional<syntax_fault> check_version(std::string_view version) noexcept {
  const bool well_formed = version.size() == 8 && version.substr(0, 5) == "HTTP/" &&
                           is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (!well_formed) {
    return bad_request("malformed HTTP version");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return syntax_fault{505, "only HTTP/1.0 and HTTP/1.1 are served"};
  }
  return std::nullopt;
}

bool visible_without_fragment(std::string_view target) noexcept {
  return std::all_of(target.begin(), target.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

std::optional<syntax_fault> check_target(std::string_view method,
                                         std::string_view target) noexcept {
  if (target.empty() || !visible_without_fragment(target)) {
    return bad_request("malformed request target");
  }
  if (method == "CONNECT") {
    return syntax_fault{405, "CONNECT is for proxies"};
  }
  const bool whole_server = target == "*" && method == "OPTIONS";
  const bool absolute = !split_target(target).authority.empty();
  if (target.front() != '/' && !whole_server && !absolute) {
    return bad_request("malformed request target");
  }
  return std::nullopt;
}

/// What the lines of a head say about host and body.
struct head_summary {
  std::string_view host;
  int hosts = 0;
  std::string_view content_length;
  bool has_content_length = false;
  bool has_transfer_encoding = false;
};

std::optional<syntax_fault> add_content_length(head_summary& summary,
                                               std::string_view value) noexcept {
  if (value.empty() || !all_digits(value)) {
    return bad_request("Content-Length is not a number");
  }
  if (summary.has_content_length && summary.content_length != value) {
    return bad_request("two different Content-Length headers");
  }
  summary.has_content_length = true;
  summary.content_length = value;
  return std::nullopt;
}

std::optional<syntax_fault> add_header(head_summary& summary, std::string_view line) noexcept {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Host")) {
    summary.host = value;
    ++summary.hosts;
  } else if (equal_ignoring_case(name, "Content-Length")) {
    return add_content_length(summary, value);
  } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
    summary.has_transfer_encoding = true;
  }
  return std::nullopt;
}

// RFC 9112, section 3.2: exactly one Host. A target with an authority counts instead, but it must
// be as well-formed.
std::optional<syntax_fault> check_host(const head_summary& summary,
                                       const request_line& line) noexcept {
  if (summary.hosts > 1) {
    return bad_request("more than one Host header");
  }
  const std::string_view authority = split_target(line.target).authority;
  if (!authority.empty() && !host_of(authority)) {
    return bad_request("malformed host in the request target");
  }
  if (summary.hosts == 0) {
    return line.version == "HTTP/1.1" ? bad_request("no Host header") : std::nullopt;
  }
  if (!host_of(summary.host)) {
    return bad_request("malformed Host header");
  }
  return std::nullopt;
}

// RFC 9112, section 6.1: a head that frames its body in two ways is how requests are smuggled.
std::optional<syntax_fault> check_framing(const head_summary& summary,
                                          const request_line& line) noexcept {
  if (!summary.has_transfer_encoding) {
    return std::nullopt;
  }
  if (summary.has_content_length) {
    return bad_request("Transfer-Encoding together with Content-Length");
  }
  if (line.version == "HTTP/1.0") {
    return bad_request("Transfer-Encoding in HTTP/1.0");
  }
  return std::nullopt;
}

std::string_view next_line(std::string_view& head) noexcept {
  const std::size_t end = head.find("\r\n");
  const std::string_view line = head.substr(0, end);
  head.remove_prefix(end + 2);
  return line;
}

}  // namespace

std::optional<syntax_fault> check_request_line(std::string_view line) noexcept {
  if (std::count(line.begin(), line.end(), ' ') != 2) {
    return bad_request("malformed request line");
  }
  const request_line parts = split_request_line(line);
  if (!is_token(parts.method)) {
    return bad_request("malformed method");
  }
  if (const auto fault = check_version(parts.version)) {
    return fault;
  }
  return check_target(parts.method, parts.target);
}

std::optional<syntax_fault> check_header_line(std::string_view line) noexcept {
  // RFC 9112, section 5.2: a line that begins with a blank would continue the one before it.
  if (line.front() == ' ' || line.front() == '\t') {
    return bad_request("folded header");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return bad_request("header without a colon");
  }
  // RFC 9112, section 5.1: no blank before the colon either; that is no token character.
  if (!is_token(line.substr(0, colon))) {
    return bad_request("malformed header name");
  }
  return std::nullopt;
}

std::optional<syntax_fault> check_head(std::string_view head, head_facts& facts) noexcept {
  const request_line first = split_request_line(next_line(head));
  head_summary summary;
  for (auto line = next_line(head); !line.empty(); line = next_line(head)) {
    if (const auto fault = add_header(summary, line)) {
      return fault;
    }
  }
  if (const auto fault = check_host(summary, first)) {
    return fault;
  }
  const bool some_length = summary.content_length.find_first_not_of('0') != std::string_view::npos;
  facts.has_host = summary.hosts != 0;
  facts.has_body = some_length || summary.has_transfer_encoding;
  return check_framing(summary, first);
}

std::string joined_cookies(std::string_view head) {
  std::string joined;
  int lines = 0;
  next_line(head);
  for (auto line = next_line(head); !line.empty(); line = next_line(head)) {
    const std::size_t colon = line.find(':');
    if (!equal_ignoring_case(line.substr(0, colon), "Cookie"))
      continue;
    if (lines++ > 0)
      joined += "; ";
    joined += trim(line.substr(colon + 1));
  }
  return lines > 1 ? joined : std::string();
}

request_line split_request_line(std::string_view line) noexcept {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  return {line.substr(0, first), line.substr(first + 1, second - first - 1),
          line.substr(second + 1)};
}

target_parts split_target(std::string_view target) noexcept {
  target_parts parts;
  const std::size_t question = target.find('?');
  if (question != std::string_view::npos) {
    parts.query = target.substr(question + 1);
  }
  parts.path = target.substr(0, question);
  for (const std::string_view scheme :
       {std::string_view("http://"), std::string_view("https://")}) {
    if (equal_ignoring_case(parts.path.substr(0, scheme.size()), scheme)) {
      const std::string_view rest = parts.path.substr(scheme.size());
      const std::size_t slash = rest.find('/');
      parts.authority = rest.substr(0, slash);
      parts.path = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    }
  }
  return parts;
}

}  // namespace broadcast_hub::wire
