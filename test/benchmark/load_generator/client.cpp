#include "load_generator/client.hpp"

#include "load_generator/handshake.hpp"
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

client::client(std::size_t number, std::uint16_t port, bool deflate)
    : number_(number),
      socket_(connect_to(port)),
      deflate_(deflate),
      unsent_(handshake_request(deflate)) {
  if (!flush()) {
    fail("the handshake could not be sent at once");
  }
}

void client::read(reading_tools& tools, broadcast_window& window) {
  constexpr std::size_t room = 256 << 10U;
  const std::size_t kept = unread_.size();
  if (tools.bytes.size() < kept + room) {
    tools.bytes.resize(kept + room);
  }
  const ssize_t received = ::recv(socket(), tools.bytes.data() + kept, room, MSG_DONTWAIT);
  if (received == 0) {
    fail("was disconnected");
  }
  if (received < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return;
    }
    fail("cannot read: " + last_error());
  }
  tools.received_bytes += static_cast<std::uint64_t>(received);
  unread_.copy(tools.bytes.data(), kept);
  std::string_view bytes(tools.bytes.data(), kept + static_cast<std::size_t>(received));
  for (std::size_t taken = take_one(bytes, tools, window); taken > 0;
       taken = take_one(bytes, tools, window)) {
    bytes.remove_prefix(taken);
  }
  if (bytes.empty() && kept == 0) {
    return;
  }
  unread_.assign(bytes);
}

std::size_t client::take_one(std::string_view bytes, reading_tools& tools,
                             broadcast_window& window) {
  return open_ ? take_frame(bytes, tools, window) : take_handshake(bytes);
}

std::size_t client::take_handshake(std::string_view bytes) {
  const handshake_answer answer = read_handshake(bytes, deflate_);
  if (!answer.fault.empty()) {
    fail(answer.fault);
  }
  open_ = answer.size > 0;
  if (answer.deflate && answer.server_context_takeover) {
    context_ = std::make_unique<test::inflater>();
  }
  return answer.size;
}

std::size_t client::take_frame(std::string_view bytes, reading_tools& tools,
                               broadcast_window& window) {
  const auto header = read_frame_header(bytes);
  if (!header) {
    return 0;
  }
  check_header(*header);
  if (bytes.size() - header->size < header->payload_size) {
    return 0;
  }
  const std::string_view payload = bytes.substr(header->size, header->payload_size);
  if (header->code == opcode::ping) {
    append_frame(unsent_, opcode::pong, payload, mask);
    flush();
  } else if (header->compressed) {
    take_compressed(payload, tools, window);
  } else {
    take_broadcast(payload, window);
  }
  return header->size + payload.size();
}

void client::check_header(const frame_header& header) const {
  if (!header.fin || header.reserved || header.mask) {
    fail("got a frame that is fragmented, masked or has reserved bits");
  }
  if (header.compressed && (!deflate_ || header.code != opcode::text)) {
    fail("got a frame that is marked as compressed and may not be");
  }
  if (header.code != opcode::text && header.code != opcode::ping) {
    fail("got opcode " + std::to_string(static_cast<unsigned>(header.code)) + " instead of a text");
  }
}

void client::take_compressed(std::string_view payload, reading_tools& tools,
                             broadcast_window& window) {
  check_asked_for(payload, window);
  if (!context_ && window.is_known_encoding(next_, payload)) {
    window.delivered(next_++);
    return;
  }
  test::inflater& undo = context_ ? *context_ : tools.without_context;
  if (!undo.inflate(payload, window.payload(next_).size(), tools.text)) {
    fail("cannot inflate broadcast " + std::to_string(next_));
  }
  if (!context_) {
    undo.reset();
    if (tools.text == window.payload(next_)) {
      window.remember_encoding(next_, payload);
    }
  }
  take_broadcast(tools.text, window);
}

void client::take_broadcast(std::string_view payload, broadcast_window& window) {
  check_asked_for(payload, window);
  if (payload != window.payload(next_)) {
    fail("expected broadcast " + std::to_string(next_) + " but got " + quoted(payload));
  }
  window.delivered(next_++);
}

void client::check_asked_for(std::string_view payload, const broadcast_window& window) const {
  if (!window.holds(next_)) {
    fail("got a broadcast that nobody asked for: " + quoted(payload));
  }
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
