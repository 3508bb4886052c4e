#include "fixture.hpp"

#include <atomic>
#include <chrono>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

class SlowPeerTest : public hub_fixture {
 protected:
  static constexpr int tiny_buffer = 4096;
};

TEST_P(SlowPeerTest, IsClosedWith4008WhenItLagsBehindBroadcastsAndHurtsNobody) {
  hub_options small = options();
  small.topics.defaults.max_lag_bytes = 256 * 1024;
  small.timeouts.close = 100ms;
  shared_list<close_event> events;
  hub hub(small);
  hub.on_close([&](const connection&, const close_event& event) { events.add(event); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ws_client healthy(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 2; }));

  const std::string payload(10'000, 'x');
  int sent = 0;
  while (events.size() == 0 && sent < 5'000) {
    ASSERT_TRUE(hub.broadcast(payload));
    ++sent;
    EXPECT_EQ(healthy.read_text(), payload);
  }
  ASSERT_TRUE(eventually([&] { return events.size() == 1; }));
  EXPECT_EQ(events.all().front().code, close_code::slow_consumer);
  EXPECT_EQ(hub.stats().slow_consumers, 1U);
  hub.broadcast("and on");
  EXPECT_EQ(healthy.read_text(), "and on");
}

TEST_P(SlowPeerTest, IsClosedWith4008WhenItsOwnQueueIsFull) {
  hub_options small = options();
  small.outbound.max_queued_bytes = 200'000;
  small.timeouts.close = 100ms;
  std::atomic<std::size_t> refused{0};
  hub hub(small);
  hub.on_message([&](const connection& peer, const message&) {
    for (int i = 0; i < 10'000; ++i) {
      const std::error_code error = peer.send(std::string(10'000, 'x'));
      if (error == errc::overloaded)
        ++refused;
      if (error == errc::connection_closing)
        return;
    }
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  slow.send_text("flood me");
  // The frame under way is finished, then comes the close frame.
  EXPECT_EQ(slow.skip_to_close(), 4008U);
  EXPECT_EQ(refused, 1U);
  EXPECT_TRUE(eventually([&] { return hub.stats().slow_consumers == 1; }));
}

// Each queued message costs more than its bytes: empty ones once took fifty times the limit.
TEST_P(SlowPeerTest, AQueueOfEmptyMessagesHasAnEndToo) {
  hub_options small = options();
  small.outbound.max_queued_bytes = 128 * 1000;
  std::atomic<int> queued{0};
  hub hub(small);
  hub.on_message([&](const connection& peer, const message&) {
    while (!peer.send("", message_kind::binary))
      ++queued;
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.send_text("go");
  EXPECT_EQ(client.skip_to_close(), 4008U);
  EXPECT_LE(queued, 1'000);
  EXPECT_GE(queued, 900);
}

TEST_P(SlowPeerTest, GetsEveryByteWhenItReadsInTheEnd) {
  hub_options patient = options();
  patient.topics.defaults.max_lag = 0ms;  // however long that takes
  hub hub(patient);
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  std::vector<std::string> expected;
  for (int i = 0; i < 90; ++i) {
    expected.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i) * 111, 'x'));
    ASSERT_TRUE(hub.broadcast(expected.back()));
  }
  for (const std::string& text : expected)
    EXPECT_EQ(slow.read_text(), text);
  EXPECT_TRUE(eventually([&] { return hub.stats().deliveries == 90; }));
}

TEST_P(SlowPeerTest, APingFloodFromAPeerThatNeverReadsCostsOnePong) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  ws_client flooder(port, "/", {}, tiny_buffer);
  std::string pings;
  for (int i = 0; i < 1'000; ++i)
    pings += client_frame(opcode::ping, std::string(125, 'p'));
  for (int i = 0; i < 200; ++i)
    flooder.socket().send(pings);
  ASSERT_TRUE(eventually([&] { return hub.stats().bytes_received > 200 * pings.size(); }, 120s));
  // The kernel's buffers took some pongs, all others gave way to the newest.
  flooder.socket().send(client_frame(opcode::ping, "last"));
  frame pong = flooder.read_frame();
  std::size_t pongs = 1;
  for (; pong.payload != "last"; ++pongs)
    pong = flooder.read_frame();
  EXPECT_LT(pongs, 100'000U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(SlowPeerTest);

}  // namespace
}  // namespace broadcast_hub::test
