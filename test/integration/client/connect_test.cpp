#include "fixture.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

// How a client gets to its hub, and what it tells when it does not.

namespace {

/// While it is set, the system looks up "slow.test", and does not come to an end.
std::atomic<bool> lookups_hang{false};

}  // namespace

/// Instead of the system's.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (host != nullptr && std::string(host) == "slow.test") {
    lookups_hang.wait(true);
    return EAI_NONAME;
  }
  const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(host, service, hints, found);
}

namespace broadcast_hub::test {
namespace {

class ClientConnectTest : public client_fixture {
 protected:
  void refuse_with(int status, std::vector<std::pair<std::string, std::string>> headers = {}) {
    start_hub(quick_options(), [this, status, headers] {
      hub_->on_upgrade([this, status, headers](const upgrade_request&) {
        ++asked;
        upgrade_reply reply;
        reply.status = status;
        reply.headers = headers;
        return reply;
      });
    });
  }

  std::atomic<int> asked{0};
};

TEST_F(ClientConnectTest, TellsHostAndPortAndTheSystemsWords) {
  start_hub();
  stop_hub();
  const auto one = make_client();
  one->start();
  EXPECT_EQ(states.wait_for("waiting"),
            "waiting 1006 localhost:" + std::to_string(port_) + ": Connection refused");
}

TEST_F(ClientConnectTest, AsksForAddressAndHeadersBeforeEachAttempt) {
  start_hub(quick_options(), [this] {
    hub_->on_upgrade([this](const upgrade_request& request) {
      at_hub.add(std::string(request.header("Authorization")) + " " +
                 std::string(request.header("X-Fixed")));
      return upgrade_reply{};
    });
  });
  client_options chosen = options();
  std::atomic<int> calls{0};
  chosen.headers = {{"X-Fixed", "yes"}};
  chosen.make_url = [this, &calls] {
    if (++calls == 1)
      throw std::runtime_error("no address yet");
    return calls == 2 ? "not a url" : "ws://127.0.0.1:" + std::to_string(port_) + "/";
  };
  chosen.make_headers = [&calls] {
    return client_headers{{"Authorization", "token " + std::to_string(calls)}};
  };
  chosen.url.clear();
  const auto one = make_client(chosen);
  one->start();
  ASSERT_EQ(states.wait_for("open"), "open");
  EXPECT_EQ(at_hub.wait_for(1), std::vector<std::string>{"token 3 yes"});
  const auto told = states.wait_for(4);
  EXPECT_EQ(told[1], "waiting 1006 no address yet");
  EXPECT_EQ(told[3],
            "waiting 1006 what client_options.make_url returned is \"not a url\"; it must be of "
            "the form ws://host:port/path");
}

// Once it waited for the system, for 10 seconds and more.
TEST_F(ClientConnectTest, StopsInTimeWhileAHostIsLookedUp) {
  client_options chosen;
  chosen.url = "ws://slow.test/";
  lookups_hang = true;
  for (const bool polled : {false, true}) {
    const auto begin = std::chrono::steady_clock::now();
    auto one = make_client(chosen);
    if (!polled)
      one->start();
    for (int i = 0; i < 3; ++i) {
      if (polled)
        one->poll();
      states.wait_for("connecting");
    }
    one->stop();
    one.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  }
  lookups_hang = false;
  lookups_hang.notify_all();
}

TEST_F(ClientConnectTest, TellsThatAHostIsNotKnown) {
  client_options chosen = options();
  chosen.url = "ws://slow.test/";
  const auto one = make_client(chosen);
  one->start();
  EXPECT_EQ(states.wait_for("waiting"), "waiting 1006 slow.test:80: Name or service not known");
}

TEST_F(ClientConnectTest, TellsWhereItGotNoSession) {
  client_options chosen = options();
  chosen.url = "ws://slow.test/";
  chosen.connect_timeout = std::chrono::milliseconds(50);
  lookups_hang = true;
  const auto one = make_client(chosen);
  one->start();
  EXPECT_EQ(states.wait_for("waiting"), "waiting 1006 slow.test:80: no session within the timeout");
  lookups_hang = false;
  lookups_hang.notify_all();
}

// Once it asked for ever, and nobody learned why.
TEST_F(ClientConnectTest, IsClosedWhereItMayNotGo) {
  refuse_with(403);
  const auto one = make_client();
  one->start();
  EXPECT_EQ(states.wait_for("closed"), "closed 1006 the server answered 403 Forbidden");
  EXPECT_EQ(asked, 1);
}

TEST_F(ClientConnectTest, AsksThreeTimesWithCredentialsThatMayChange) {
  refuse_with(401);
  client_options chosen = options();
  chosen.make_headers = [] { return client_headers{{"Authorization", "x"}}; };
  const auto one = make_client(chosen);
  one->start();
  EXPECT_EQ(states.wait_for("closed"), "closed 1006 the server answered 401 Unauthorized");
  EXPECT_EQ(asked, 3);
}

TEST_F(ClientConnectTest, ComesBackWhenItIsToldTo) {
  refuse_with(503, {{"Retry-After", "1"}});
  const auto begin = std::chrono::steady_clock::now();
  const auto one = make_client();
  one->start();
  states.wait_for(3);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(990));
}

}  // namespace
}  // namespace broadcast_hub::test
