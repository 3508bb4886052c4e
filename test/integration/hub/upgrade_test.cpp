#include "fixture.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

class UpgradeTest : public hub_fixture {
 protected:
  static std::string status_of(const std::string& response) { return response.substr(9, 3); }
};

TEST_P(UpgradeTest, ShowsTheRequestAndCarriesUserAndInfo) {
  shared_list<upgrade_request> requests;
  shared_list<std::string> opened;
  hub hub(options());
  hub.on_upgrade([&](const upgrade_request& request) {
    requests.add(request);
    return upgrade_reply::accept("ada", R"({"role":"admin"})");
  });
  hub.on_open([&](const connection& peer) { opened.add(peer.user() + " " + peer.info()); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port, "/live?token=7",
                   "X-Test: one\r\nx-test: two\r\nSec-WebSocket-Protocol: chat, news\r\n");
  EXPECT_EQ(status_of(client.response()), "101");
  EXPECT_EQ(client.response().find("Sec-WebSocket-Protocol"), std::string::npos);
  ASSERT_TRUE(eventually([&] { return opened.size() == 1; }));

  const upgrade_request seen = requests.all().front();
  EXPECT_EQ(seen.path, "/live");
  EXPECT_EQ(seen.query, "token=7");
  EXPECT_EQ(seen.header("X-TEST"), "one, two");
  EXPECT_EQ(seen.header("absent"), "");
  EXPECT_EQ(seen.subprotocols, (std::vector<std::string>{"chat", "news"}));
  EXPECT_EQ(seen.remote_address, "127.0.0.1:" + std::to_string(client.socket().local_port()));
  EXPECT_EQ(opened.all().front(), R"(ada {"role":"admin"})");
}

TEST_P(UpgradeTest, RefusesWithStatusAndText) {
  hub hub(options());
  hub.on_upgrade(
      [](const upgrade_request&) { return upgrade_reply::refuse(401, "Log in first."); });
  hub.on_open([](const connection&) { ADD_FAILURE(); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  EXPECT_EQ(status_of(client.response()), "401");
  EXPECT_EQ(client.socket().read_to_end(), "Log in first.\n");
  EXPECT_EQ(hub.stats().upgrades_refused, 1U);
}

// RFC 9110, section 15.5.22.
TEST_P(UpgradeTest, ARefusalWith426NamesTheProtocol) {
  hub hub(options());
  hub.on_upgrade([](const upgrade_request&) { return upgrade_reply::refuse(426, "Say chat.v2."); });
  const auto port = hub.listen(0);
  hub.start();
  const ws_client client(port);
  EXPECT_NE(client.response().find("HTTP/1.1 426 "), std::string::npos);
  EXPECT_NE(client.response().find("\r\nUpgrade: websocket\r\n"), std::string::npos);
}

// RFC 9110, section 9.3.2.
TEST_P(UpgradeTest, HeadIsRefusedWithoutABody) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  const std::string get = handshake_request("/");
  for (const std::string& request : {"HEAD" + get.substr(3), std::string("HEAD / HTTP/1.1\r\n\r\n"),
                                     std::string("HEAD / NOT/9.9\r\n\r\n")}) {
    raw_client client(port);
    client.send(request);
    const std::string answer = client.read_to_end();
    EXPECT_EQ(answer.substr(0, 10), "HTTP/1.1 4") << request;
    EXPECT_EQ(answer.find("\r\n\r\n"), answer.size() - 4) << answer;
  }
}

TEST_P(UpgradeTest, ChoosesAnOfferedSubprotocolOnly) {
  hub hub(options());
  hub.on_upgrade([](const upgrade_request& request) {
    upgrade_reply reply;
    reply.subprotocol = request.path == "/good" ? "news" : "other";
    return reply;
  });
  const auto port = hub.listen(0);
  hub.start();
  const std::string offer = "Sec-WebSocket-Protocol: chat, news\r\n";
  const ws_client good(port, "/good", offer);
  EXPECT_NE(good.response().find("Sec-WebSocket-Protocol: news\r\n"), std::string::npos);
  EXPECT_EQ(status_of(ws_client(port, "/bad", offer).response()), "500");
}

TEST_P(UpgradeTest, AnswersLaterFromAnotherThread) {
  std::thread worker;
  hub hub(options());
  hub.on_upgrade([&](const upgrade_request& request, const upgrade_responder& responder) {
    worker = std::thread([request, responder] {
      responder.reply(upgrade_reply::accept(request.path));
      responder.reply(upgrade_reply::refuse(403));  // too late: the first answer counts
    });
  });
  hub.on_open([](const connection& peer) { peer.send("welcome " + peer.user()); });
  hub.on_message(
      [](const connection& peer, const message& received) { peer.send(received.payload); });
  const auto port = hub.listen(0);
  hub.start();
  raw_client socket(port);
  // What comes before the answer is not lost.
  socket.send(handshake_request("/me") + client_frame(opcode::text, "early"));
  EXPECT_EQ(status_of(socket.read_until("\r\n\r\n")), "101");
  EXPECT_EQ(socket.read_exactly(13), "\x81\x0bwelcome /me");
  EXPECT_EQ(socket.read_exactly(7),
            "\x81\x05"
            "early");
  worker.join();
}

// The rest stays in the kernel, which makes the peer wait.
TEST_P(UpgradeTest, ReadsNoMoreThanAHeadsWorthBeforeTheAnswer) {
  std::atomic<std::uint64_t> read_before_the_answer{0};
  shared_list<std::size_t> received;
  hub hub(options());
  hub.on_upgrade([&](const upgrade_request&, const upgrade_responder& responder) {
    hub.after(1ms, [responder] { responder.reply(upgrade_reply::accept()); });
  });
  hub.on_open([&](const connection&) { read_before_the_answer = hub.stats().bytes_received; });
  hub.on_message(
      [&](const connection&, const message& early) { received.add(early.payload.size()); });
  const auto port = hub.listen(0);
  raw_client eager(port);
  eager.send(handshake_request() + client_frame(opcode::binary, std::string(60'000, 'x')));
  hub.start();
  ASSERT_TRUE(eventually([&] { return received.size() == 1; }));
  EXPECT_EQ(received.all().front(), 60'000U);
  EXPECT_GT(read_before_the_answer, 0U);
  EXPECT_LE(read_before_the_answer, options().limits.max_header_bytes);
}

TEST_P(UpgradeTest, AnAnswerAtOnceDoesNotRunHandlersInsideTheHandler) {
  std::atomic<bool> inside{false};
  shared_list<bool> nested;
  hub hub(options());
  hub.on_upgrade([&](const upgrade_request&, const upgrade_responder& responder) {
    inside = true;
    responder.reply(upgrade_reply::accept());
    inside = false;
  });
  hub.on_open([&](const connection&) { nested.add(inside); });
  const auto port = hub.listen(0);
  hub.start();
  const ws_client client(port);
  ASSERT_TRUE(eventually([&] { return nested.size() == 1; }));
  EXPECT_FALSE(nested.all().front());
}

// The request is there before the hub runs, so it cannot be what comes too late.
TEST_P(UpgradeTest, RefusesWith503WhenTheAnswerComesTooLate) {
  hub_options quick = options();
  quick.timeouts.handshake = 50ms;
  std::vector<upgrade_responder> kept;
  hub hub(quick);
  hub.on_upgrade([&](const upgrade_request&, const upgrade_responder& responder) {
    kept.push_back(responder);
  });
  const auto port = hub.listen(0);
  raw_client client(port);
  client.send(handshake_request());
  hub.start();
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), "503");
  client.read_to_end();
  kept.front().reply(upgrade_reply::accept());  // harmless
  hub.stop(1ms);
  EXPECT_EQ(hub.stats().connections_opened, 0U);
  EXPECT_EQ(hub.stats().handshake_timeouts, 1U);
}

TEST_P(UpgradeTest, RefusesWith503WhenTheHubStopsBeforeTheAnswer) {
  shared_list<upgrade_responder> kept;
  hub hub(options());
  hub.on_upgrade(
      [&](const upgrade_request&, const upgrade_responder& responder) { kept.add(responder); });
  const auto port = hub.listen(0);
  hub.start();
  raw_client client(port);
  client.send(handshake_request());
  ASSERT_TRUE(eventually([&] { return kept.size() == 1; }));
  std::jthread stopper([&] { hub.stop(10s); });
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), "503");
  EXPECT_EQ(client.read_to_end(), "The server is stopping.\n");
  kept.all().front().reply(upgrade_reply::accept());  // harmless
  client.reset();
  stopper.join();
  EXPECT_EQ(hub.stats().connections_opened, 0U);
}

TEST_P(UpgradeTest, RefusesWith500WhenNobodyAnswersOrTheHandlerThrows) {
  hub hub(options());
  hub.on_upgrade([](const upgrade_request& request, const upgrade_responder&) {
    if (request.path == "/throw")
      throw std::runtime_error("no");
  });
  const auto port = hub.listen(0);
  hub.start();
  EXPECT_EQ(status_of(ws_client(port, "/forget").response()), "500");
  EXPECT_EQ(status_of(ws_client(port, "/throw").response()), "500");
  EXPECT_EQ(hub.stats().handler_failures, 1U);
}

TEST_P(UpgradeTest, ASynchronousHandlerThatThrowsRefusesWith500) {
  hub hub(options());
  hub.on_upgrade([](const upgrade_request&) -> upgrade_reply { throw std::runtime_error("no"); });
  const auto port = hub.listen(0);
  hub.start();
  EXPECT_EQ(status_of(ws_client(port).response()), "500");
}

TEST_P(UpgradeTest, AListenerThatLetsInAnybodysPagesSaysSo) {
  shared_list<std::string> warnings;
  hub_options logged = options();
  logged.log.sink = collect_into(warnings);
  logged.log.level = log_level::warn;
  hub hub(logged);
  listen_options door;
  door.allowed_origins = {"https://example.com", "null", "https://*.example.org", "file://"};
  const std::string place = ":" + std::to_string(hub.listen(door));
  const std::vector<std::string> said = warnings.all();
  ASSERT_EQ(said.size(), 2U);
  for (const std::string& line : said) {
    EXPECT_EQ(line.rfind("warn ", 0), 0U) << line;
    EXPECT_NE(line.find(place), std::string::npos) << line;
    EXPECT_NE(line.find("listen_options::allowed_origins"), std::string::npos) << line;
  }
  EXPECT_NE(said[0].find("the origin \"null\""), std::string::npos) << said[0];
  EXPECT_NE(said[1].find("the origin \"file://\""), std::string::npos) << said[1];

  for (const std::vector<std::string>& fine :
       {std::vector<std::string>{}, {"*"}, {"https://null", "https://file.example"}}) {
    door.allowed_origins = fine;
    hub.listen(door);
  }
  EXPECT_EQ(warnings.size(), 2U);
}

TEST_P(UpgradeTest, AResponderThatOutlivesTheHubIsHarmless) {
  std::vector<upgrade_responder> kept;
  std::atomic<bool> asked{false};
  {
    hub hub(options());
    hub.on_upgrade([&](const upgrade_request&, const upgrade_responder& responder) {
      kept.push_back(responder);
      asked = true;
    });
    const auto port = hub.listen(0);
    hub.start();
    raw_client socket(port);
    socket.send(handshake_request());
    ASSERT_TRUE(eventually([&] { return asked.load(); }));
    hub.stop(1ms);
  }
  kept.front().reply(upgrade_reply::accept());
  kept.clear();
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(UpgradeTest);

}  // namespace
}  // namespace broadcast_hub::test
