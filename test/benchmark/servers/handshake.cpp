#include "servers/handshake.hpp"

#include <websocketpp/base64/base64.hpp>
#include <websocketpp/sha1/sha1.hpp>

#include <array>

namespace broadcast_hub::benchmark {
namespace {

constexpr std::string_view line_end = "\r\n";

std::string_view find_key(std::string_view request) {
  // The peers are this folder's own load generator and browsers, which all write it like this.
  constexpr std::string_view name = "\r\nSec-WebSocket-Key: ";
  const std::size_t found = request.find(name);
  if (found == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = request.substr(found + name.size());
  return rest.substr(0, rest.find(line_end));
}

}  // namespace

std::size_t request_size(std::string_view bytes) {
  constexpr std::string_view head_end = "\r\n\r\n";
  const std::size_t found = bytes.find(head_end);
  return found == std::string_view::npos ? 0 : found + head_end.size();
}

std::string accept_request(std::string_view request) {
  const std::string_view key = find_key(request);
  if (key.empty()) {
    return {};
  }
  // RFC 6455, section 4.2.2.
  const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  websocketpp::sha1::calc(salted.data(), salted.size(), digest.data());
  return "HTTP/1.1 101 Switching Protocols\r\n"
         "Upgrade: websocket\r\n"
         "Connection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         websocketpp::base64_encode(digest.data(), digest.size()) + "\r\n\r\n";
}

}  // namespace broadcast_hub::benchmark
