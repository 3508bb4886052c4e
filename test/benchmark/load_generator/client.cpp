#include "load_generator/client.hpp"

#include "load_generator/server_fault.hpp"
#include "support/system_call.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace broadcast_hub::benchmark {
namespace {

// The key and the answer of RFC 6455, section 1.3: one key for all saves hashing here, and the
// server has to hash all the same.
constexpr std::string_view request_head =
    "GET / HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "\r\n";
constexpr std::string_view accept_value = ": s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

constexpr masking_key mask{0x37, -0x06, 0x21, 0x3d};

descriptor connect_to(std::uint16_t port) {
  descriptor socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const int on = 1;
  checked(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
  // Closing with a reset leaves no TIME_WAIT behind, which would use up the ports within a few runs
  // of 10,000 clients.
  const linger reset{1, 0};
  checked(::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "setsockopt");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect");
  return socket;
}

std::string last_error() {
  return std::generic_category().message(errno);
}

std::string quoted(std::string_view text) {
  constexpr std::size_t shown = 60;
  std::string out("'");
  out.append(text.substr(0, shown));
  out.append(text.size() > shown ? "...'" : "'");
  return out;
}

}  // namespace

client::client(std::size_t number, std::uint16_t port)
    : number_(number), socket_(connect_to(port)), unsent_(request_head) {
  if (!flush()) {
    fail("the handshake could not be sent at once");
  }
}

void client::read(std::vector<char>& scratch, broadcast_window& window) {
  constexpr std::size_t room = 256 << 10U;
  const std::size_t kept = unread_.size();
  if (scratch.size() < kept + room) {
    scratch.resize(kept + room);
  }
  const ssize_t received = ::recv(socket(), scratch.data() + kept, room, MSG_DONTWAIT);
  if (received == 0) {
    fail("was disconnected");
  }
  if (received < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return;
    }
    fail("cannot read: " + last_error());
  }
  unread_.copy(scratch.data(), kept);
  std::string_view bytes(scratch.data(), kept + static_cast<std::size_t>(received));
  for (std::size_t taken = take_one(bytes, window); taken > 0; taken = take_one(bytes, window)) {
    bytes.remove_prefix(taken);
  }
  if (bytes.empty() && kept == 0) {
    return;
  }
  unread_.assign(bytes);
}

std::size_t client::take_one(std::string_view bytes, broadcast_window& window) {
  return open_ ? take_frame(bytes, window) : take_handshake(bytes);
}

std::size_t client::take_handshake(std::string_view bytes) {
  constexpr std::string_view head_end = "\r\n\r\n";
  const std::size_t end = bytes.find(head_end);
  if (end == std::string_view::npos) {
    return 0;
  }
  const std::string_view head = bytes.substr(0, end + head_end.size());
  if (!head.starts_with("HTTP/1.1 101 ")) {
    fail("was refused: " + quoted(head.substr(0, head.find('\r'))));
  }
  if (head.find(accept_value) == std::string_view::npos) {
    fail("got a 101 without the right Sec-WebSocket-Accept");
  }
  open_ = true;
  return head.size();
}

std::size_t client::take_frame(std::string_view bytes, broadcast_window& window) {
  const auto header = read_frame_header(bytes);
  if (!header) {
    return 0;
  }
  if (!header->fin || header->reserved || header->mask) {
    fail("got a frame that is fragmented, masked or has reserved bits");
  }
  if (bytes.size() - header->size < header->payload_size) {
    return 0;
  }
  const std::string_view payload = bytes.substr(header->size, header->payload_size);
  if (header->code == opcode::ping) {
    append_frame(unsent_, opcode::pong, payload, mask);
    flush();
  } else {
    take_broadcast(header->code, payload, window);
  }
  return header->size + payload.size();
}

void client::take_broadcast(opcode code, std::string_view payload, broadcast_window& window) {
  if (code != opcode::text) {
    fail("got opcode " + std::to_string(static_cast<unsigned>(code)) + " instead of a text");
  }
  if (!window.holds(next_)) {
    fail("got a broadcast that nobody asked for: " + quoted(payload));
  }
  if (payload != window.payload(next_)) {
    fail("expected broadcast " + std::to_string(next_) + " but got " + quoted(payload));
  }
  window.delivered(next_++);
}

void client::queue_text(std::string_view payload) {
  append_frame(unsent_, opcode::text, payload, mask);
}

bool client::flush() {
  while (!unsent_.empty()) {
    const ssize_t sent =
        ::send(socket(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EAGAIN || errno == EINTR) {
        return false;
      }
      fail("cannot send: " + last_error());
    }
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void client::fail(const std::string& what) const {
  throw server_fault("client " + std::to_string(number_) + " " + what);
}

}  // namespace broadcast_hub::benchmark
