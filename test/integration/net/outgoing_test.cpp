#include "net/outgoing.hpp"

#include "net/alarm.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace broadcast_hub::net {
namespace {

using namespace std::chrono_literals;

/// A socket that listens on a loopback address, and the peer that it has accepted.
class listening_socket {
 public:
  listening_socket() : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listening_, 8) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::system_error(errno, std::generic_category(), "listening_socket");
    port_ = ntohs(address.sin_port);
  }
  ~listening_socket() {
    close_peer();
    ::close(listening_);
  }
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  void accept() { peer_ = ::accept(listening_, nullptr, nullptr); }
  void close_peer() {
    if (peer_ >= 0)
      ::close(peer_);
    peer_ = -1;
  }
  void send(const std::string& bytes) const {
    EXPECT_EQ(::send(peer_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }

  /// What has come: "" when the other end has closed.
  std::string receive() const {
    std::string bytes(1 << 16, '\0');
    const ssize_t got = ::recv(peer_, bytes.data(), bytes.size(), 0);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }

 private:
  int listening_;
  int peer_ = -1;
  std::uint16_t port_ = 0;
};

class OutgoingTest : public testing::Test, protected outgoing_events {
 protected:
  void on_connected() override { lines.emplace_back("connected"); }
  void on_bytes(char* data, std::size_t size) override {
    lines.push_back("bytes " + std::string(data, size));
  }
  void on_sent() override { left.push_back(socket.queued_bytes()); }
  void on_ended(std::string_view fault) override {
    lines.push_back(fault.empty() ? "ended by the peer" : std::string(fault));
  }

  /// Turns the loop until so many lines are there, for a minute at most.
  void wait_for(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + 1min;
    while (lines.size() < count && std::chrono::steady_clock::now() < deadline)
      events.poll();
    ASSERT_GE(lines.size(), count);
  }

  loop events;
  outgoing socket{events, *this};
  listening_socket server;
  std::vector<std::string> lines;
  std::vector<std::size_t> left;  // in the queue, whenever some of it was sent
};

TEST_F(OutgoingTest, SendsAndReceives) {
  socket.connect("127.0.0.1", server.port());
  wait_for(1);
  server.accept();
  socket.send("one ");
  socket.send("two");
  EXPECT_EQ(socket.queued_bytes(), 7U);
  events.poll();
  EXPECT_EQ(socket.queued_bytes(), 0U);
  EXPECT_EQ(server.receive(), "one two");
  server.send("three");
  wait_for(2);
  server.close_peer();
  wait_for(3);
  EXPECT_EQ(lines, (std::vector<std::string>{"connected", "bytes three", "ended by the peer"}));
}

TEST_F(OutgoingTest, FindsTheAddressesOfAName) {
  socket.connect("localhost", server.port());
  wait_for(1);
  EXPECT_EQ(lines.front(), "connected");
}

TEST_F(OutgoingTest, TellsThatNobodyIsThere) {
  std::uint16_t port = 0;
  {
    const listening_socket gone;
    port = gone.port();
  }
  socket.connect("127.0.0.1", port);
  EXPECT_TRUE(lines.empty()) << "never inside the call";
  wait_for(1);
  EXPECT_EQ(lines.front(), "127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

// Once it said "::1:80".
TEST_F(OutgoingTest, NamesItsPeerAsUrlsDo) {
  socket.connect("::1", 80);
  EXPECT_EQ(socket.where(), "[::1]:80");
  socket.connect("127.0.0.1", 80);
  EXPECT_EQ(socket.where(), "127.0.0.1:80");
}

TEST_F(OutgoingTest, SendsMoreThanTheSystemTakesAtOnce) {
  socket.connect("127.0.0.1", server.port());
  wait_for(1);
  server.accept();
  const std::string much(std::size_t{32} * 1024 * 1024, 'x');
  socket.send(much);
  std::size_t received = 0;
  while (received < much.size()) {
    events.poll();
    const std::string some = server.receive();
    ASSERT_FALSE(some.empty());
    received += some.size();
  }
  EXPECT_EQ(received, much.size());
  events.poll();
  EXPECT_EQ(socket.queued_bytes(), 0U);
  EXPECT_GT(left.size(), 1U);
  EXPECT_TRUE(std::is_sorted(left.rbegin(), left.rend()));
  EXPECT_EQ(left.back(), 0U) << "nobody is told that the queue is empty";
}

TEST_F(OutgoingTest, SendsWhatIsQueuedWhenItIsClosed) {
  socket.connect("127.0.0.1", server.port());
  wait_for(1);
  server.accept();
  socket.send("farewell");
  socket.close();
  EXPECT_EQ(server.receive(), "farewell");
  EXPECT_EQ(server.receive(), "");
  socket.send("nobody hears this");
  events.poll();
  EXPECT_EQ(lines.size(), 1U);
}

TEST_F(OutgoingTest, ForgetsAnAttemptForTheNext) {
  for (int i = 0; i < 10; ++i)
    socket.connect(i % 2 == 0 ? "localhost" : "127.0.0.1", server.port());
  wait_for(1);
  server.accept();
  socket.close();
  socket.connect("127.0.0.1", server.port());
  wait_for(2);
  EXPECT_EQ(lines, (std::vector<std::string>{"connected", "connected"}));
}

TEST(AlarmTest, RingsWhenItsMomentHasCome) {
  loop events;
  int rung = 0;
  alarm clock_alarm(events, [&] {
    ++rung;
    events.stop();
  });
  const time_point moment = clock::now() + 5ms;
  clock_alarm.set(clock::now() + 1h);
  clock_alarm.set(moment);
  events.run();
  EXPECT_EQ(rung, 1);
  EXPECT_GE(clock::now(), moment);
}

TEST(AlarmTest, DoesNotRingWhenItIsOff) {
  loop events;
  bool rung = false;
  alarm off(events, [&] { rung = true; });
  off.set(clock::now() + 1ms);
  off.set(std::nullopt);
  alarm on(events, [&] { events.stop(); });
  on.set(clock::now() + 10ms);
  events.run();
  EXPECT_FALSE(rung);
}

TEST(AlarmTest, MayRingBeforeAMomentThatWasMovedAway) {
  loop events;
  alarm moved(events, [&] { events.stop(); });
  moved.set(clock::now() + 1ms);
  moved.set(clock::now() + 1h);
  events.run();
}

}  // namespace
}  // namespace broadcast_hub::net
