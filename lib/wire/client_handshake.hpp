#pragma once

#include "base/random.hpp"
#include "wire/websocket_url.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// The opening handshake as a client makes it (RFC 6455, section 4.1), for one subprotocol and
/// without extensions.
class client_handshake {
 public:
  static constexpr std::size_t max_head_bytes = 16'000;

  client_handshake(const websocket_url& to, std::string_view subprotocol,
                   const random_source& random);

  /// What to send.
  const std::string& request() const noexcept { return request_; }

  enum class result { need_more, accepted, refused };

  /// Reads the server's answer; `consumed`: so many of these bytes are part of it, the rest are
  /// frames. Not called again once it is accepted or refused.
  result take(std::string_view bytes, std::size_t& consumed);

  /// Why it was refused, in words; what the server said is made safe for a log.
  const std::string& fault() const noexcept { return fault_; }

 private:
  result refuse(std::string why);
  result check();

  std::string subprotocol_;
  std::string key_;
  std::string request_;
  std::string head_;  // of the answer, as far as it has come
  std::string fault_;
};

}  // namespace broadcast_hub::wire
