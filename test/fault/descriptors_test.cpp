// The process runs out of descriptors: what is open goes on, accepting pauses instead of spinning,
// and begins again when there is room.

#include "support/raw_client.hpp"
#include "support/running_hub.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <vector>

namespace broadcast_hub::test {
namespace {

/// Sockets made while there was room, to be connected when there is none.
class crowd {
 public:
  explicit crowd(int size) {
    for (int i = 0; i < size; ++i)
      sockets_.push_back(::socket(AF_INET, SOCK_STREAM, 0));
  }
  ~crowd() { leave(); }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  void connect_to(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (const int socket : sockets_) {
      ASSERT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
  }

  void leave() {
    for (const int socket : sockets_)
      ::close(socket);
    sockets_.clear();
  }

 private:
  std::vector<int> sockets_;
};

/// Lowers the soft limit so that `room` more descriptors can be opened; puts it back at the end.
class descriptor_limit {
 public:
  explicit descriptor_limit(int room) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::fcntl(0, F_DUPFD, 0);  // the lowest free number; there are no gaps above it
    ::close(next);
    rlimit lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(next + room);
    ::setrlimit(RLIMIT_NOFILE, &lowered);
  }
  ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  descriptor_limit(const descriptor_limit&) = delete;
  descriptor_limit& operator=(const descriptor_limit&) = delete;

 private:
  rlimit before_{};
};

TEST(DescriptorsTest, RunningOutPausesAcceptingAndHurtsNobody) {
  shared_list<std::string> lines;
  hub_options logged;
  logged.log.sink = collect_into(lines);
  logged.log.level = log_level::warn;
  hub hub(logged);
  const auto port = hub.listen(0);
  hub.start();
  ws_client old_friend(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));

  const auto begin = std::chrono::steady_clock::now();
  {
    crowd crowd(60);
    const descriptor_limit limit(10);
    crowd.connect_to(port);
    ASSERT_TRUE(eventually([&] { return hub.stats().accept_failures >= 5; }));
    hub.broadcast("still here");
    EXPECT_EQ(old_friend.read_text(), "still here");

    const auto waited = std::chrono::steady_clock::now() - begin;
    const auto pauses = waited / std::chrono::milliseconds(100);
    EXPECT_LE(hub.stats().accept_failures, 2U + static_cast<std::uint64_t>(pauses));
    crowd.leave();
    ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 1; }));
    ws_client newcomer(port);
    EXPECT_NE(newcomer.response().find(" 101 "), std::string::npos);
  }
  EXPECT_NE(lines.all().front().find("ulimit -n"), std::string::npos);
}

TEST(DescriptorsTest, AHubThatFindsNoneSaysSoInItsOwnWords) {
  const descriptor_limit limit(0);
  try {
    const hub hub;
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), errc::out_of_resources);
  }
}

}  // namespace
}  // namespace broadcast_hub::test
