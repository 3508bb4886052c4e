#include "net/dialer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace broadcast_hub::net {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

/// Listens on an address of 127/8 and lets one peer in. A silent one has no room left for others:
/// the system drops their first packets.
class loopback_host {
 public:
  enum class manner { polite, silent };

  explicit loopback_host(const char* at, std::uint16_t port = 0, manner how = manner::polite)
      : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    ::inet_pton(AF_INET, at, &address_.sin_addr);
    socklen_t size = sizeof(address_);
    auto* const plain = reinterpret_cast<sockaddr*>(&address_);
    if (::bind(listening_, plain, size) != 0 ||
        ::listen(listening_, how == manner::silent ? 0 : 8) != 0 ||
        ::getsockname(listening_, plain, &size) != 0)
      throw std::system_error(errno, std::generic_category(), "loopback_host");
    while (how == manner::silent && fillers_.size() < 2) {
      fillers_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(fillers_.back(), plain, size);
    }
  }
  ~loopback_host() {
    for (const int each : fillers_)
      ::close(each);
    ::close(listening_);
  }
  loopback_host(const loopback_host&) = delete;
  loopback_host& operator=(const loopback_host&) = delete;

  std::uint16_t port() const noexcept { return ntohs(address_.sin_port); }

 private:
  int listening_;
  sockaddr_in address_{};
  std::vector<int> fillers_;
};

lookup_result addresses(const std::vector<std::string>& texts, std::uint16_t port) {
  lookup_result found;
  for (const std::string& each : texts)
    found.addresses.emplace_back(asio::ip::make_address(each), port);
  return found;
}

class DialerTest : public testing::Test {
 protected:
  /// Connects to a name with these addresses. Returns where it got to, or why it did not.
  std::string dial(const std::vector<std::string>& known, std::uint16_t port) {
    dialer one(events,
               [known](const std::string&, std::uint16_t to) { return addresses(known, to); });
    return dial(one, "some.host", port);
  }

  std::string dial(dialer& one, const std::string& host, std::uint16_t port) {
    std::string got;
    one.dial(host, port, [&](std::optional<tcp_socket> connected, std::string_view fault) {
      got = connected ? connected->remote_endpoint().address().to_string() : std::string(fault);
      if (connected)
        flags = ::fcntl(connected->native_handle(), F_GETFD);
    });
    EXPECT_EQ(got, "") << "never inside the call";
    const auto deadline = steady::now() + 1min;
    while (got.empty() && steady::now() < deadline) {
      events.poll();
      std::this_thread::sleep_for(1ms);
    }
    return got;
  }

  loop events;
  int flags = 0;
};

// Once such a host was never reached: each attempt began with the same address, and had the same
// timeout for all.
TEST_F(DialerTest, PassesAnAddressThatSwallowsEverything) {
  const loopback_host server("127.0.0.2");
  const loopback_host silent("127.0.0.1", server.port(), loopback_host::manner::silent);
  const auto begin = steady::now();
  EXPECT_EQ(dial({"127.0.0.1", "127.0.0.2"}, server.port()), "127.0.0.2");
  EXPECT_GE(steady::now() - begin, 250ms);
  EXPECT_LT(steady::now() - begin, 10s);
}

TEST_F(DialerTest, GoesOnAtOnceWhenAnAddressRefuses) {
  const loopback_host server("127.0.0.9");
  std::vector<std::string> known;
  for (int i = 1; i < 10; ++i)
    known.push_back("127.0.0." + std::to_string(i));
  const auto begin = steady::now();
  EXPECT_EQ(dial(known, server.port()), "127.0.0.9");
  EXPECT_LT(steady::now() - begin, 1s) << "a quarter of a second for each would be two";
}

TEST_F(DialerTest, TakesFamiliesInTurns) {
  const loopback_host server("127.0.0.2");
  const loopback_host silent("127.0.0.1", server.port(), loopback_host::manner::silent);
  // Of the other family for us, though the system takes it to the same host.
  EXPECT_EQ(dial({"127.0.0.1", "127.0.0.2", "::ffff:127.0.0.2"}, server.port()),
            "::ffff:127.0.0.2");
}

TEST_F(DialerTest, TellsInTheSystemsWordsWhoIsNotReached) {
  std::uint16_t port = 0;
  {
    const loopback_host gone("127.0.0.1");
    port = gone.port();
  }
  const std::string text = std::to_string(port);
  EXPECT_EQ(dial({"127.0.0.1", "127.0.0.2"}, port), "some.host:" + text + ": Connection refused");
  dialer plain(events);
  EXPECT_EQ(dial(plain, "127.0.0.1", port), "127.0.0.1:" + text + ": Connection refused");
  EXPECT_EQ(dial(plain, "::1", port).substr(0, 6), "[::1]:");
  dialer lost(events, [](const std::string&, std::uint16_t) {
    return lookup_result{{}, "Name or service not known"};
  });
  EXPECT_EQ(dial(lost, "no.such.host", 80), "no.such.host:80: Name or service not known");
  EXPECT_EQ(dial({}, 80), "some.host:80: no address");
}

TEST_F(DialerTest, TellsThatThereIsNoRoute) {
  // The system lets nobody connect there.
  EXPECT_EQ(dial({"255.255.255.255"}, 80).substr(0, 14), "some.host:80: ");
}

TEST_F(DialerTest, FindsTheAddressesOfAName) {
  EXPECT_FALSE(system_lookup("localhost", 80).addresses.empty());
  EXPECT_EQ(system_lookup("localhost", 80).addresses.front().port(), 80);
  EXPECT_NE(system_lookup("a..b", 80).fault, "");
}

TEST_F(DialerTest, SocketsDoNotGoToChildProcesses) {
  const loopback_host server("127.0.0.1");
  EXPECT_EQ(dial({"127.0.0.1"}, server.port()), "127.0.0.1");
  EXPECT_NE(flags & FD_CLOEXEC, 0);
}

// Once the destructor waited for the system, for 10 seconds and more.
TEST_F(DialerTest, DoesNotWaitForALookupThatItNeedsNoMore) {
  // The thread outlives everything here but these.
  const auto over = std::make_shared<std::atomic<bool>>(false);
  const auto left = std::make_shared<std::atomic<bool>>(false);
  const auto begin = steady::now();
  {
    loop mine;
    dialer one(mine, [over, left](const std::string&, std::uint16_t port) {
      over->wait(false);
      left->store(true);
      left->notify_all();
      return addresses({"127.0.0.1"}, port);
    });
    one.dial("slow.host", 80,
             [](std::optional<tcp_socket>, std::string_view) { ADD_FAILURE() << "it is gone"; });
    mine.poll();
  }
  EXPECT_LT(steady::now() - begin, 5s);
  over->store(true);
  over->notify_all();
  left->wait(false);
}

// Once each attempt began a thread, while those of the attempts before still waited for the system.
TEST_F(DialerTest, LooksUpAPlaceOnceAtATime) {
  const loopback_host server("127.0.0.1");
  struct shared {
    std::atomic<int> begun{0};
    std::atomic<bool> over{false};
  };
  const auto state = std::make_shared<shared>();
  dialer one(events, [state](const std::string&, std::uint16_t port) {
    ++state->begun;
    state->over.wait(false);
    return addresses({"127.0.0.1"}, port);
  });
  const auto nobody = [](std::optional<tcp_socket>, std::string_view) {
    ADD_FAILURE() << "it was left for another one";
  };
  for (int i = 0; i < 20; ++i) {
    one.dial("slow.host", server.port(), nobody);
    one.dial("other.host", server.port(), nobody);
    events.poll();
  }
  std::string got;
  one.dial("slow.host", server.port(), [&](std::optional<tcp_socket> connected, std::string_view) {
    got = connected ? "connected" : "not";
  });
  const auto deadline = steady::now() + 1min;
  while (state->begun < 2 && steady::now() < deadline)
    std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(50ms);  // for those that should not begin
  EXPECT_EQ(state->begun, 2);
  state->over = true;
  state->over.notify_all();
  while (got.empty() && steady::now() < deadline)
    events.poll();
  EXPECT_EQ(got, "connected");
  EXPECT_EQ(dial(one, "slow.host", server.port()), "127.0.0.1") << "it is looked up anew";
  EXPECT_EQ(state->begun, 3);
}

TEST_F(DialerTest, TellsNothingOnceItIsCancelled) {
  const loopback_host server("127.0.0.1");
  dialer one(events);
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    one.dial(host, server.port(), [](std::optional<tcp_socket>, std::string_view) {
      ADD_FAILURE() << "it was cancelled";
    });
    one.cancel();
    events.poll();
  }
  EXPECT_EQ(dial(one, "127.0.0.1", server.port()), "127.0.0.1");
}

}  // namespace
}  // namespace broadcast_hub::net
