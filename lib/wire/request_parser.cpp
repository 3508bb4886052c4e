#include "wire/request_parser.hpp"

#include "wire/http_text.hpp"
#include "wire/request_syntax.hpp"
#include "wire/websocketpp_config.hpp"

#include <exception>
#include <limits>
#include <utility>

namespace broadcast_hub::wire {
namespace {

/// RFC 9112, section 9.3.
bool wants_keep_alive(const request& request) noexcept {
  const std::string_view connection = request.header("Connection");
  if (has_token(connection, "close")) {
    return false;
  }
  return request.http_minor >= 1 || has_token(connection, "keep-alive");
}

}  // namespace

request_parser::request_parser(std::size_t max_header_bytes)
    : max_header_bytes_(max_header_bytes) {}

request_parser::result request_parser::consume(const char* data, std::size_t size,
                                               std::size_t& consumed) {
  consumed = 0;
  result found = status_ != 0 ? result::bad : complete_ ? result::complete : result::need_more;
  try {
    while (found == result::need_more && consumed < size) {
      found = take_byte(data[consumed++]);
    }
  } catch (const websocketpp::http::exception& refused) {
    found = fail(refused.m_error_code, refused.what());
  } catch (const std::exception&) {
    status_ = 503;  // out of memory, so no words
    found = result::bad;
  }
  return found;
}

request_parser::result request_parser::take_byte(char c) {
  if (head_.empty()) {
    is_head_ = false;
  }
  if (skipped_ + head_.size() >= max_header_bytes_) {
    return fail(431, "request head larger than the limit");
  }
  // RFC 9112, section 2.2: CR and LF only ever as a pair, or two readers disagree where lines end.
  const bool after_cr = !head_.empty() && head_.back() == '\r';
  if (after_cr != (c == '\n')) {
    return fail(400, "CR and LF must come as a pair");
  }
  if (is_control(c) && c != '\t' && c != '\r' && c != '\n') {
    return fail(400, "control byte in the request head");
  }
  head_.push_back(c);
  return c == '\n' ? end_of_line() : result::need_more;
}

request_parser::result request_parser::end_of_line() {
  constexpr std::size_t line_break = 2;
  const std::string_view head = head_;
  const std::string_view line = head.substr(line_start_, head.size() - line_start_ - line_break);
  const bool first = line_start_ == 0;
  if (line.empty() && first) {
    skipped_ += line_break;
    head_.clear();
    return result::need_more;
  }
  if (line.empty()) {
    return finish();
  }
  if (first) {
    is_head_ = line.starts_with("HEAD ");
  }
  if (const auto fault = first ? check_request_line(line) : check_header_line(line)) {
    return fail(fault->status, fault->rule);
  }
  line_start_ = head_.size();
  return result::need_more;
}

request_parser::result request_parser::finish() {
  head_facts facts;
  if (const auto fault = check_head(head_, facts)) {
    return fail(fault->status, fault->rule);
  }
  read_fields(facts.has_host);
  request_.has_body = facts.has_body;
  std::string().swap(head_);
  complete_ = true;
  return result::complete;
}

void request_parser::read_fields(bool has_host) {
  websocketpp::http::parser::request parsed;
  // The body is never read here, so its declared size is no reason to refuse the head.
  parsed.set_max_body_size(std::numeric_limits<std::size_t>::max());
  // websocketpp wants a Host even in HTTP/1.0, where there need not be one.
  if (!has_host) {
    parsed.replace_header("Host", "none");
  }
  parsed.consume(head_.data(), head_.size());
  if (!has_host) {
    parsed.remove_header("Host");
  }

  request_ = request();
  request_.method = parsed.get_method();
  request_.target = parsed.get_uri();
  const target_parts parts = split_target(request_.target);
  request_.path = parts.path;
  request_.query = parts.query;
  if (!parts.authority.empty()) {
    parsed.replace_header("Host", std::string(parts.authority));  // RFC 9112, section 3.2.2
  }
  // websocketpp joins all headers of one name by a comma.
  if (const std::string cookies = joined_cookies(head_); !cookies.empty())
    parsed.replace_header("Cookie", cookies);
  request_.headers.assign(parsed.get_headers().begin(), parsed.get_headers().end());
  request_.http_minor = parsed.get_version() == "HTTP/1.0" ? 0 : 1;
  request_.keep_alive = wants_keep_alive(request_);
}

request_parser::result request_parser::fail(int status, std::string_view fault) {
  status_ = status;
  fault_ = fault;
  is_head_ = is_head_ || head_.starts_with("HEAD ");  // its first line may not be complete
  std::string().swap(head_);
  return result::bad;
}

request request_parser::take() {
  complete_ = false;
  line_start_ = 0;
  skipped_ = 0;
  return std::move(request_);
}

}  // namespace broadcast_hub::wire
