#pragma once

#include "base/random.hpp"
#include "wire/websocket_url.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::wire {

/// The opening handshake as a client makes it (RFC 6455, section 4.1), for one subprotocol and
/// without extensions.
class client_handshake {
 public:
  static constexpr std::size_t max_head_bytes = 16'000;

  using header_list = std::vector<std::pair<std::string, std::string>>;

  /// Requires: `headers` are valid, and none that the handshake itself has.
  client_handshake(const websocket_url& to, std::string_view subprotocol,
                   const random_source& random, const header_list& headers = {});

  /// What to send.
  const std::string& request() const noexcept { return request_; }

  enum class result { need_more, accepted, refused };

  /// Reads the server's answer; `consumed`: so many of these bytes are part of it, the rest are
  /// frames. Not called again once it is accepted or refused.
  result take(std::string_view bytes, std::size_t& consumed);

  /// Why it was refused, in words; what the server said is made safe for a log.
  const std::string& fault() const noexcept { return fault_; }

  /// The status of an answer that refused; 0: it was none, or not a refusal in HTTP.
  int status() const noexcept { return status_; }

  /// `Retry-After` of such an answer, as it came; empty: there was none.
  const std::string& retry_after() const noexcept { return retry_after_; }

 private:
  result refuse(std::string why);
  result check();

  std::string subprotocol_;
  std::string key_;
  std::string request_;
  std::string head_;  // of the answer, as far as it has come
  std::string fault_;
  int status_ = 0;
  std::string retry_after_;
};

/// How long a `Retry-After` wants one to wait, counted from `now`: it has seconds or a date (RFC
/// 9110, section 10.2.3). Zero when it is neither, or over. A day stands for more.
std::chrono::seconds read_retry_after(std::string_view text, std::chrono::sys_seconds now);

}  // namespace broadcast_hub::wire
