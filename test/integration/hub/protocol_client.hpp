#pragma once

#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::test {

/// A client that speaks bhub.v1 by hand: what it sends and gets is text.
class protocol_client {
 public:
  explicit protocol_client(std::uint16_t port, const std::string& extra_headers = {},
                           const std::string& path = "/")
      : socket_(port, path, "Sec-WebSocket-Protocol: bhub.v1\r\n" + extra_headers),
        hello_(socket_.read_text()) {}

  const std::string& hello() const noexcept { return hello_; }
  void send(std::string_view frame) { socket_.send_text(frame); }
  std::string read() { return socket_.read_text(); }

  std::string ask(std::string_view frame) {
    send(frame);
    return read();
  }

  ws_client& socket() noexcept { return socket_; }

 private:
  ws_client socket_;
  std::string hello_;
};

/// What stands between `before` and the next `end`; empty when `before` is not there.
inline std::string part_of(const std::string& text, std::string_view before, char end) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos)
    return {};
  const std::size_t from = at + before.size();
  return text.substr(from, text.find(end, from) - from);
}

inline std::string epoch_of(const std::string& frame) {
  return part_of(frame, R"("e":")", '"');
}

}  // namespace broadcast_hub::test
