#include "load_generator/socket.hpp"

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

std::string last_error() {
  return std::generic_category().message(errno);
}

}  // namespace

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

void blame_server(std::size_t client, const std::string& what) {
  throw server_fault("client " + std::to_string(client) + " " + what);
}

std::size_t receive(int socket, std::span<char> room, std::size_t client) {
  const ssize_t received = ::recv(socket, room.data(), room.size(), MSG_DONTWAIT);
  if (received == 0) {
    blame_server(client, "was disconnected");
  }
  if (received < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return 0;
    }
    blame_server(client, "cannot read: " + last_error());
  }
  return static_cast<std::size_t>(received);
}

bool send_queued(int socket, std::string& unsent, std::size_t client) {
  while (!unsent.empty()) {
    const ssize_t sent = ::send(socket, unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EAGAIN || errno == EINTR) {
        return false;
      }
      blame_server(client, "cannot send: " + last_error());
    }
    unsent.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void acknowledge_at_once(int socket) {
  const int on = 1;
  checked(::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on), "setsockopt");
}

std::string quoted(std::string_view text) {
  constexpr std::size_t shown = 60;
  std::string out("'");
  out.append(text.substr(0, shown));
  out.append(text.size() > shown ? "...'" : "'");
  return out;
}

}  // namespace broadcast_hub::benchmark
