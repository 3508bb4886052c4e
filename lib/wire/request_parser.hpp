#pragma once

#include "wire/request.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// Turns bytes into one request head. It counts header bytes itself and checks the raw text before
/// websocketpp's parser sees it, because that parser lets through what RFC 9112 forbids.
class request_parser {
 public:
  enum class result { need_more, complete, bad };

  explicit request_parser(std::size_t max_header_bytes);

  /// Reads up to `size` bytes, never past the end of the head; `consumed` tells how many. Empty
  /// lines before the request line are skipped (RFC 9112, section 2.2). After `bad` nothing more is
  /// consumed; after `complete` nothing more until `take`.
  result consume(const char* data, std::size_t size, std::size_t& consumed);

  /// After `bad`: the status to answer with (400, 431, 501, 505 ...) and a sentence for the body.
  int status() const noexcept { return status_; }
  const std::string& fault() const noexcept { return fault_; }

  /// Whether the method of the request at hand is HEAD, as far as it was read.
  bool is_head() const noexcept { return is_head_; }

  /// Bytes held of an incomplete head.
  std::size_t held_bytes() const noexcept { return head_.size(); }

  /// After `complete`; leaves the parser ready for the next request.
  request take();

 private:
  result take_byte(char c);
  result end_of_line();
  result finish();
  result fail(int status, std::string_view fault);
  void read_fields(bool has_host);

  std::string head_;
  std::size_t max_header_bytes_;
  std::size_t skipped_ = 0;     // bytes of empty lines before the request line
  std::size_t line_start_ = 0;  // in `head_`
  bool complete_ = false;
  bool is_head_ = false;
  int status_ = 0;
  std::string fault_;
  request request_;
};

}  // namespace broadcast_hub::wire
