#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// A rule of RFC 9112 that a request breaks.
struct syntax_fault {
  int status = 400;
  std::string_view rule;  ///< a literal
};

/// The three parts of a request line (RFC 9112, section 3).
struct request_line {
  std::string_view method;
  std::string_view target;
  std::string_view version;
};

/// The parts of a request target (RFC 9112, section 3.2).
struct target_parts {
  std::string_view authority;  ///< only of the absolute form
  std::string_view path;
  std::string_view query;
};

/// `line` is without its CRLF.
std::optional<syntax_fault> check_request_line(std::string_view line) noexcept;
std::optional<syntax_fault> check_header_line(std::string_view line) noexcept;

/// What a request head says about itself.
struct head_facts {
  bool has_host = false;
  bool has_body = false;  ///< a Content-Length above zero, or a Transfer-Encoding
};

/// The rules that concern the head as a whole: Host, and how the body is framed. `head` has passed
/// the checks above, line by line, and ends with its empty line.
std::optional<syntax_fault> check_head(std::string_view head, head_facts& facts) noexcept;

/// The values of all lines named `Cookie`, joined by "; " (RFC 9113, section 8.2.3): a comma may be
/// part of a cookie. Empty when there are less than two. Requires: `check_head` found nothing.
std::string joined_cookies(std::string_view head);

/// Requires: `check_request_line` found nothing.
request_line split_request_line(std::string_view line) noexcept;
target_parts split_target(std::string_view target) noexcept;

}  // namespace broadcast_hub::wire
