#include "fixture.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

/// What must happen although nothing more is published.
class QuietTopicTest : public hub_fixture {
 protected:
  static constexpr int tiny_buffer = 4096;

  /// A client that is subscribed to nothing and does not read what was sent to it.
  struct stalled {
    ws_client client;
    connection peer;
  };
  static constexpr int direct_messages = 200;
  static std::string direct_message() { return std::string(10'000, 'd'); }

  static void send_more_than_fits(const connection& peer) {
    peer.unsubscribe("default");
    for (int i = 0; i < direct_messages; ++i)
      EXPECT_FALSE(peer.send(direct_message()));
  }

  /// It fills its socket in `on_open`, and returns when the socket is full.
  static stalled connect_stalled(hub& hub, shared_list<connection>& peers) {
    listen_options where;
    where.sockets.send_buffer_bytes = 16 * 1024;
    const auto port = hub.listen(where);
    hub.start();
    ws_client client(port, "/", {}, tiny_buffer);
    // The call that sends the first of these bytes also finds that they do not all fit.
    EXPECT_TRUE(eventually([&] { return hub.stats().bytes_sent > 1'000; }));
    return {std::move(client), peers.all().front()};
  }

  hub_options roomy() const {
    hub_options chosen = options();
    chosen.outbound.max_queued_bytes = std::size_t{direct_messages} * 11'000;
    return chosen;
  }
};

// Refused for want of memory that another topic takes: nothing of this one is ever delivered, so
// only the hub's own look from time to time can tell that there is room again.
TEST_P(QuietTopicTest, PublishersOfATopicWithoutLagHearThatThereIsRoomAgain) {
  hub_options tight = options();
  tight.topics.max_log_bytes = 1024 * 1024;
  tight.timeouts.close = 100ms;
  std::atomic<bool> refused{false};
  shared_list<std::string> drained;
  hub hub(tight);
  hub.on_drain([&](const std::string& topic) { drained.add(topic); });
  hub.on_open([&](const connection& peer) {
    if (peer.path() != "/quiet")
      return;
    peer.unsubscribe("default");
    peer.subscribe("quiet");
  });
  hub.on_message([&](const connection&, const message&) {
    // In a handler nothing leaves, so the memory must come to its end.
    while (hub.broadcast(std::string(10'000, 'x'))) {
    }
    EXPECT_EQ(hub.publish("quiet", std::string(10'000, 'x')).error, errc::overloaded);
    refused = true;
  });
  const auto port = hub.listen(0);
  hub.start();
  const ws_client quiet(port, "/quiet");
  ASSERT_TRUE(eventually([&] { return hub.subscriber_count("quiet") == 1; }));
  ws_client greedy(port);
  greedy.send_text("go");
  ASSERT_TRUE(eventually([&] { return refused.load(); }));
  // Whether it gets all that was published or is closed for its lag, the memory is free again.
  const auto told = [&] {
    const std::vector<std::string> topics = drained.all();
    return std::find(topics.begin(), topics.end(), "quiet") != topics.end();
  };
  EXPECT_TRUE(eventually(told));
  EXPECT_EQ(hub.subscriber_count("quiet"), 1U);
}

TEST_P(QuietTopicTest, WhoSubscribesWhileItsSocketIsFullGetsWhatIsPublishedWhenItReads) {
  shared_list<connection> peers;
  hub hub(roomy());
  hub.on_open([&](const connection& peer) {
    peers.add(peer);
    send_more_than_fits(peer);
  });
  stalled slow = connect_stalled(hub, peers);
  EXPECT_FALSE(slow.peer.subscribe("news"));
  ASSERT_TRUE(eventually([&] { return hub.subscriber_count("news") == 1; }));
  ASSERT_EQ(hub.publish("news", "first").subscribers, 1U);
  ASSERT_TRUE(hub.publish("news", "second"));
  for (int i = 0; i < direct_messages; ++i)
    ASSERT_EQ(slow.client.read_text(), direct_message());
  EXPECT_EQ(slow.client.read_text(), "first");
  EXPECT_EQ(slow.client.read_text(), "second");
  EXPECT_TRUE(eventually([&] { return hub.stats().deliveries == 2; }));
}

TEST_P(QuietTopicTest, WhoSubscribesWhileItsSocketIsFullMeetsThePolicyWhenItDoesNotRead) {
  hub_options chosen = roomy();
  chosen.topics.defaults.max_lag = 300ms;
  chosen.timeouts.close = 100ms;
  shared_list<connection> peers;
  hub hub(chosen);
  hub.on_open([&](const connection& peer) {
    peers.add(peer);
    send_more_than_fits(peer);
  });
  const stalled slow = connect_stalled(hub, peers);
  // Later, when the shard has ceased to look after a connection without subscriptions.
  hub.after(600ms, [&] { slow.peer.subscribe("news"); });
  ASSERT_TRUE(eventually([&] { return hub.subscriber_count("news") == 1; }));
  ASSERT_TRUE(hub.publish("news", "too late for it"));
  EXPECT_TRUE(eventually([&] { return hub.connection_count() == 0; }));
  EXPECT_EQ(hub.stats().slow_consumers, 1U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(QuietTopicTest);

}  // namespace
}  // namespace broadcast_hub::test
