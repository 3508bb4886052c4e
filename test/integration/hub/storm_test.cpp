#include "accounts.hpp"
#include "fixture.hpp"
#include "storm_size.hpp"
#include "support/base_seed.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <random>
#include <thread>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

class StormTest : public hub_fixture {};

/// Connects, talks a little and leaves in one of four ways, again and again.
void come_and_go(std::uint16_t port, std::uint32_t seed, unsigned visits) {
  std::mt19937 random(seed);
  for (unsigned i = 0; i < visits; ++i) {
    ws_client client(port);
    if (random() % 2 == 0)
      client.send_text("hello");
    if (random() % 2 == 0)
      client.read_frame();
    switch (random() % 4) {
      case 0:
        client.socket().reset();
        break;
      case 1:
        client.socket().end_sending();
        break;
      case 2:
        client.send_close(1000);
        break;
      default:
        break;  // the destructor's FIN
    }
  }
}

/// After all that, publishers count as many subscribers as there are, and shards do so, too.
void expect_accounts_of_some_who_stay(hub& hub, std::uint16_t port) {
  constexpr std::size_t staying = 6;
  std::vector<ws_client> clients;
  for (std::size_t i = 0; i < staying; ++i)
    clients.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == staying; }));
  const hub_stats before = hub.stats();
  std::uint64_t pairs = 0;
  for (int i = 0; i < 100; ++i) {
    const publish_result result = hub.broadcast("for those who stay");
    EXPECT_EQ(result.subscribers, staying);
    pairs += result.subscribers;
  }
  expect_accounts_settle(hub, before, pairs);
}

TEST_P(StormTest, ConnectionsComeAndGoUnderPublishersAndEverythingReturnsToZero) {
  const storm_size size = storm_size_or({4, 60});
  std::atomic<unsigned> opened{0};
  std::atomic<unsigned> closed{0};
  hub hub(options());
  hub.on_open([&](const connection& peer) {
    ++opened;
    peer.send("welcome");
  });
  hub.on_message([&](const connection& peer, const message& received) {
    hub.broadcast_except(peer, received.payload);
    if (peer.id().serial % 5 == 0)
      peer.close(close_code{4000}, "enough");
  });
  hub.on_close([&](const connection&, const close_event&) { ++closed; });
  timer ticks = hub.every(1ms, [&] { hub.broadcast("tick"); });
  const auto port = hub.listen(0);
  hub.start();

  std::atomic<bool> done{false};
  std::vector<std::thread> publishers;
  for (int i = 0; i < 2; ++i) {
    publishers.emplace_back([&] {
      while (!done) {
        hub.broadcast(std::string(1'000, 'x'));
        hub.for_each_connection([](const connection& peer) { peer.send("one by one"); });
        std::this_thread::yield();
      }
    });
  }
  std::vector<std::thread> peers;
  for (unsigned i = 0; i < size.visitors; ++i)
    peers.emplace_back([port, size, i] { come_and_go(port, base_seed() + i, size.visits); });
  for (std::thread& peer : peers)
    peer.join();
  done = true;
  for (std::thread& publisher : publishers)
    publisher.join();

  EXPECT_TRUE(eventually([&] { return hub.stats().sockets_open == 0; }));
  EXPECT_EQ(opened, size.visitors * size.visits);
  EXPECT_EQ(closed, opened);
  EXPECT_EQ(hub.connection_count(), 0U);
  const hub_stats stats = hub.stats();
  EXPECT_GT(stats.deliveries, 0U);
  EXPECT_EQ(stats.pending, 0U);
  EXPECT_EQ(stats.offered, done_pairs(stats));
  // One may just be running, on the thread on which what comes next runs, too.
  ticks.cancel();
  std::promise<void> quiet;
  hub.after(0ms, [&] { quiet.set_value(); });
  quiet.get_future().wait();
  expect_accounts_of_some_who_stay(hub, port);
}

TEST_P(StormTest, StopsInTheMiddleOfIt) {
  hub hub(options());
  hub.on_message(
      [&](const connection&, const message& received) { hub.broadcast(received.payload); });
  const auto port = hub.listen(0);
  hub.start();
  std::atomic<bool> done{false};
  std::thread publisher([&] {
    while (!done)
      hub.broadcast(std::string(10'000, 'x'));
  });
  std::vector<ws_client> clients;
  for (int i = 0; i < 20; ++i)
    clients.emplace_back(port);
  for (ws_client& client : clients)
    client.send_text("more");
  hub.stop(50ms);
  done = true;
  publisher.join();
  EXPECT_EQ(hub.stats().sockets_open, 0U);
  EXPECT_EQ(hub.stats().connections_closed, 20U);
  EXPECT_EQ(hub.stats().offered, done_pairs(hub.stats()));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(StormTest);

}  // namespace
}  // namespace broadcast_hub::test
