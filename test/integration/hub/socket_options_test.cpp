// What accepted sockets are like: looked up among the descriptors of this process.

#include "fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <filesystem>
#include <optional>

namespace broadcast_hub::test {
namespace {

/// The hub's end of a client's connection.
int server_side_of(const raw_client& client) {
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::stoi(each.path().filename());
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == client.local_port())
      return descriptor;
  }
  return -1;
}

int option_of(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(descriptor, level, name, &value, &size), 0);
  return value;
}

class SocketOptionsTest : public hub_fixture {
 protected:
  /// Accepted where these options are given.
  int accepted(const socket_options& chosen) {
    hub_.emplace(options());
    listen_options where;
    where.sockets = chosen;
    hub_->start();
    client_.emplace(hub_->listen(where));
    EXPECT_TRUE(eventually([&] { return hub_->connection_count() == 1; }));
    return server_side_of(client_->socket());
  }

  std::optional<hub> hub_;
  std::optional<ws_client> client_;
};

TEST_P(SocketOptionsTest, MessagesLeaveAtOnceAndLittleWaitsUnsent) {
  const int socket = accepted({});
  EXPECT_NE(option_of(socket, IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(option_of(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 128 * 1024);
}

TEST_P(SocketOptionsTest, AreWhatTheListenerSays) {
  const int socket =
      accepted({.no_delay = false, .send_buffer_bytes = 50'000, .max_unsent_bytes = 60'000});
  EXPECT_EQ(option_of(socket, IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(option_of(socket, SOL_SOCKET, SO_SNDBUF), 100'000);  // the kernel doubles it
  EXPECT_EQ(option_of(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 60'000);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(SocketOptionsTest);

}  // namespace
}  // namespace broadcast_hub::test
