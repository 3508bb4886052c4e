#include "support/raw_client.hpp"

#include "support/client_frame.hpp"
#include "support/inflater.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace broadcast_hub::test {
namespace {

constexpr int patience_ms = 20'000;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

unsigned close_code_of(const frame& closing) {
  if (closing.payload.size() < 2)
    return 1005;
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(closing.payload[i]));
  };
  return byte(0) << 8U | byte(1);
}

std::string inflated(std::string_view payload) {
  constexpr std::size_t plenty = std::size_t{64} * 1024 * 1024;
  inflater undo;
  std::string text;
  if (!undo.inflate(payload, plenty, text))
    throw std::runtime_error("a message that cannot be inflated");
  return text;
}

}  // namespace

raw_client::raw_client(std::uint16_t port, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0)
    fail("socket");
  if (receive_buffer > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(socket_);
    errno = error;
    fail("connect");
  }
}

raw_client::~raw_client() {
  if (socket_ >= 0)
    ::close(socket_);
}

raw_client::raw_client(raw_client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

void raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0)
      fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string raw_client::read_exactly(std::size_t size) {
  while (received_.size() < size) {
    if (!fill())
      throw std::runtime_error("the stream ended early");
  }
  std::string bytes = received_.substr(0, size);
  received_.erase(0, size);
  return bytes;
}

std::string raw_client::read_until(std::string_view end) {
  std::size_t found = received_.find(end);
  while (found == std::string::npos) {
    if (!fill())
      throw std::runtime_error("the stream ended early, after: " + received_);
    found = received_.find(end);
  }
  return read_exactly(found + end.size());
}

std::string raw_client::read_to_end() {
  while (fill()) {
  }
  return std::exchange(received_, {});
}

void raw_client::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void raw_client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

std::uint16_t raw_client::local_port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

std::size_t raw_client::read_some(std::span<char> into) {
  if (!received_.empty()) {
    const std::size_t size = received_.copy(into.data(), into.size());
    received_.erase(0, size);
    return size;
  }
  const ssize_t size = ::recv(socket_, into.data(), into.size(), MSG_DONTWAIT);
  if (size < 0 && errno != EAGAIN && errno != ECONNRESET)
    fail("recv");
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool raw_client::fill() {
  pollfd readable{socket_, POLLIN, 0};
  if (::poll(&readable, 1, patience_ms) != 1) {
    throw std::runtime_error("nothing came within the deadline, after: " + received_);
  }
  std::array<char, 65536> chunk;
  const ssize_t size = ::recv(socket_, chunk.data(), chunk.size(), 0);
  if (size < 0 && errno != ECONNRESET)
    fail("recv");
  if (size <= 0)
    return false;
  received_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

ws_client::ws_client(std::uint16_t port, const std::string& path, const std::string& extra_headers,
                     int receive_buffer)
    : socket_(port, receive_buffer) {
  socket_.send(handshake_request(path, extra_headers));
  response_ = socket_.read_until("\r\n\r\n");
}

void ws_client::send_text(std::string_view payload) {
  socket_.send(client_frame(opcode::text, payload));
}

void ws_client::send_binary(std::string_view payload) {
  socket_.send(client_frame(opcode::binary, payload));
}

void ws_client::send_close(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
  payload += reason;
  socket_.send(client_frame(opcode::close, payload));
}

frame ws_client::read_frame() {
  const std::string start = socket_.read_exactly(2);
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  const unsigned reserved = byte(start[0]) & 0x70U;
  const bool compressed = reserved == 0x40U && agreed_on_deflate();
  if ((byte(start[0]) & 0x80U) == 0 || (reserved != 0 && !compressed))
    throw std::runtime_error("not a whole, plain frame");
  std::uint64_t size = byte(start[1]);
  if (size > 127)
    throw std::runtime_error("a masked frame from the server");
  if (size >= 126) {
    std::uint64_t long_size = 0;
    for (const char c : socket_.read_exactly(size == 126 ? 2 : 8)) {
      long_size = long_size << 8U | byte(c);
    }
    size = long_size;
  }
  frame read{byte(start[0]) & 0x0fU, socket_.read_exactly(size), compressed};
  if (compressed)
    read.payload = inflated(read.payload);
  return read;
}

bool ws_client::agreed_on_deflate() const {
  return response_.find("\r\nSec-WebSocket-Extensions: permessage-deflate") != std::string::npos;
}

std::string ws_client::read_text() {
  frame next = read_frame();
  if (next.opcode == opcode::close) {
    throw std::runtime_error("a text was expected, not the close " +
                             std::to_string(close_code_of(next)) + " " + next.payload.substr(2));
  }
  if (next.opcode != opcode::text)
    throw std::runtime_error("a text was expected, not opcode " + std::to_string(next.opcode));
  return std::move(next.payload);
}

unsigned ws_client::read_close() {
  const frame next = read_frame();
  if (next.opcode != opcode::close)
    throw std::runtime_error("a close frame was expected");
  return close_code_of(next);
}

unsigned ws_client::skip_to_close() {
  frame next = read_frame();
  while (next.opcode != opcode::close)
    next = read_frame();
  return close_code_of(next);
}

std::string handshake_request(const std::string& path, const std::string& extra_headers) {
  return "GET " + path +
         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         extra_headers + "\r\n";
}

void pause_between_looks() {
  ::poll(nullptr, 0, 2);
}

}  // namespace broadcast_hub::test
