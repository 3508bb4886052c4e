#include "fixture.hpp"

#include <chrono>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

class LimitsTest : public hub_fixture {};

TEST_P(LimitsTest, RefusesConnectionsPastTheLimitWith503AndLeavesTheOthersAlone) {
  hub_options two = options();
  two.limits.max_connections = 2;
  hub hub(two);
  const auto port = hub.listen(0);
  hub.start();
  {
    ws_client first(port);
    ws_client second(port);
    ws_client third(port);
    EXPECT_EQ(third.response().substr(9, 3), "503");
    EXPECT_NE(third.response().find("Retry-After: "), std::string::npos);
    third.socket().read_to_end();
    hub.broadcast("still here");
    EXPECT_EQ(first.read_text(), "still here");
    EXPECT_EQ(second.read_text(), "still here");
  }
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 0; }));
  EXPECT_EQ(ws_client(port).response().substr(9, 3), "101");
}

TEST_P(LimitsTest, DropsSocketsMoreThan64PastTheLimit) {
  hub_options one = options();
  one.limits.max_connections = 1;
  one.timeouts.handshake = 1h;
  hub hub(one);
  const auto port = hub.listen(0);
  hub.start();
  std::vector<raw_client> clients;
  for (int i = 0; i < 65; ++i)
    clients.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 65; }));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(raw_client(port).read_to_end(), "");
  EXPECT_EQ(hub.stats().sockets_open, 65U);
  clients.back().send(handshake_request());
  EXPECT_EQ(clients.back().read_until("\r\n").substr(9, 3), "503");
}

TEST_P(LimitsTest, ClosesWith1009ForAMessagePastTheLimit) {
  hub_options small = options();
  small.limits.max_message_bytes = 100;
  hub hub(small);
  hub.on_message([](const connection& peer, const message& received) {
    peer.send(std::to_string(received.payload.size()));
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client exact(port);
  exact.send_text(std::string(100, 'x'));
  EXPECT_EQ(exact.read_text(), "100");
  exact.send_text(std::string(101, 'x'));
  EXPECT_EQ(exact.read_close(), 1009U);
  EXPECT_EQ(exact.socket().read_to_end(), "");
  exact.socket().reset();
  EXPECT_TRUE(eventually([&] { return hub.stats().protocol_errors == 1; }));
}

TEST_P(LimitsTest, LetsLargeMessagesThroughWhenAsked) {
  hub_options large = options();
  large.limits.max_message_bytes = 16 * 1024 * 1024;
  large.outbound.max_queued_bytes = 17 * 1024 * 1024;
  large.heartbeat.ping_after = 0ms;  // who is sending this answers no ping
  hub hub(large);
  hub.on_message([](const connection& peer, const message& received) {
    peer.send(received.payload, received.kind);
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  std::string payload(16 * 1024 * 1024, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(i * 31 >> 3U);
  client.send_binary(payload);
  EXPECT_TRUE(client.read_frame() == (frame{opcode::binary, payload}));
}

// The peers have connected, and one has sent its piece, before the hub looks at the first of them:
// however slow the machine, the deadline does not come before the piece.
TEST_P(LimitsTest, EndsSilentHandshakes) {
  hub_options quick = options();
  quick.timeouts.handshake = 50ms;
  hub hub(quick);
  const auto port = hub.listen(0);
  raw_client silent(port);
  raw_client dripping(port);
  dripping.send("GET / HT");
  hub.start();
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_EQ(dripping.read_until("\r\n").substr(9, 3), "408");
  dripping.reset();
  EXPECT_TRUE(eventually([&] { return hub.stats().handshake_timeouts == 2; }));
}

TEST_P(LimitsTest, PingsAQuietPeerAndKeepsOneThatAnswers) {
  hub_options patient = options();
  patient.heartbeat.ping_after = 10ms;
  patient.heartbeat.pong_within = 1h;
  hub hub(patient);
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.read_frame(), (frame{opcode::ping, ""}));
    client.socket().send(client_frame(opcode::pong, ""));
  }
  EXPECT_EQ(client.read_frame(), (frame{opcode::ping, ""}));
  EXPECT_EQ(hub.connection_count(), 1U);
  EXPECT_EQ(hub.stats().idle_timeouts, 0U);
}

TEST_P(LimitsTest, PingsAQuietPeerAndClosesOneThatDoesNotAnswer) {
  hub_options quick = options();
  quick.heartbeat.ping_after = 10ms;
  quick.heartbeat.pong_within = 10ms;
  shared_list<close_event> events;
  hub hub(quick);
  hub.on_close([&](const connection&, const close_event& event) { events.add(event); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  EXPECT_EQ(client.read_frame(), (frame{opcode::ping, ""}));
  EXPECT_EQ(client.read_close(), 4000U);
  EXPECT_EQ(client.socket().read_to_end(), "");
  ASSERT_TRUE(eventually([&] { return events.size() == 1; }));
  EXPECT_EQ(events.all().front().code, close_code::idle);
  EXPECT_EQ(hub.stats().idle_timeouts, 1U);
}

TEST_P(LimitsTest, AnswersPings) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.socket().send(client_frame(opcode::ping, "are you there?"));
  EXPECT_EQ(client.read_frame(), (frame{opcode::pong, "are you there?"}));
}

TEST_P(LimitsTest, BudgetsHalfReceivedMessages) {
  hub_options tight = options();
  tight.limits.max_message_bytes = 64 * 1024;
  tight.limits.max_partial_bytes = 64 * 1024;
  tight.shards = 1;  // the budget is each shard's own
  hub hub(tight);
  const auto port = hub.listen(0);
  hub.start();
  const std::string half = client_frame(opcode::binary, std::string(60'000, 'x')).substr(0, 40'000);
  ws_client first(port);
  first.socket().send(half);
  ASSERT_TRUE(eventually([&] { return hub.stats().bytes_received >= 40'000; }));
  ws_client second(port);
  second.socket().send(half);
  EXPECT_EQ(second.read_close(), 1013U);
  second.socket().reset();
  EXPECT_TRUE(eventually([&] { return hub.stats().overloads == 1; }));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(LimitsTest);

}  // namespace
}  // namespace broadcast_hub::test
