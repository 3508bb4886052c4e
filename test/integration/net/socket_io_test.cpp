#include "net/socket_io.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace broadcast_hub::net {
namespace {

/// Two ends of one connection inside this process.
class SocketIoTest : public testing::Test {
 protected:
  SocketIoTest() {
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_) != 0) {
      throw std::system_error(errno, std::generic_category(), "socketpair");
    }
  }
  ~SocketIoTest() override {
    close_peer();
    ::close(ends_[0]);
  }
  SocketIoTest(const SocketIoTest&) = delete;
  SocketIoTest& operator=(const SocketIoTest&) = delete;

  void close_peer() {
    if (ends_[1] >= 0) {
      ::close(std::exchange(ends_[1], -1));
    }
  }

  send_result send(std::vector<std::string> pieces) {
    std::vector<iovec> bytes;
    for (std::string& piece : pieces) {
      bytes.push_back({piece.data(), piece.size()});
    }
    return send_some(ends_[0], bytes);
  }

  std::string received() {
    std::string bytes(1'000'000, '\0');
    const ssize_t size = ::recv(ends_[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }

  int ends_[2] = {-1, -1};
};

TEST_F(SocketIoTest, OnePieceIsSent) {
  const send_result result = send({"hello"});
  EXPECT_EQ(result.sent, 5U);
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.failed);
  EXPECT_EQ(received(), "hello");
}

TEST_F(SocketIoTest, ManyPiecesAreSentTogether) {
  const send_result result = send({"hel", "", "lo ", "world"});
  EXPECT_EQ(result.sent, 11U);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(received(), "hello world");
}

TEST_F(SocketIoTest, AFullSocketTakesAPartAndThenNothing) {
  for (const bool in_pieces : {false, true}) {
    const std::string large(4'000'000, 'x');
    const send_result part = in_pieces ? send({large, large}) : send({large});
    EXPECT_GT(part.sent, 0U);
    EXPECT_LT(part.sent, large.size());
    EXPECT_FALSE(part.complete);
    EXPECT_FALSE(part.failed);
    const send_result nothing = in_pieces ? send({"a", "b"}) : send({"a"});
    EXPECT_EQ(nothing.sent, 0U);
    EXPECT_FALSE(nothing.complete);
    EXPECT_FALSE(nothing.failed);
    while (!received().empty()) {
    }
  }
}

// A signal would end this process.
TEST_F(SocketIoTest, APeerThatHasGoneIsAFailureWithoutASignal) {
  close_peer();
  for (const auto& pieces : {std::vector<std::string>{"a"}, std::vector<std::string>{"a", "b"}}) {
    const send_result result = send(pieces);
    EXPECT_TRUE(result.failed);
    EXPECT_FALSE(result.complete);
    EXPECT_EQ(result.sent, 0U);
  }
}

TEST_F(SocketIoTest, ABadDescriptorIsAFailure) {
  std::string text = "a";
  const iovec piece{text.data(), text.size()};
  EXPECT_TRUE(send_some(-1, {&piece, 1}).failed);
}

}  // namespace
}  // namespace broadcast_hub::net
