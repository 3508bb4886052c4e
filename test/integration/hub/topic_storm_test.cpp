#include "fixture.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, 5> names{"a.x", "a.y", "b.x", "b.y", "c"};
constexpr std::array<const char*, 8> wishes{"a.x", "a.y", "b.x", "b.y", "c", "a.*", "b.>", ">"};

/// Random subscriptions over real sockets, with stalls, closes and resets, under publishers.
class TopicStormTest : public hub_fixture {
 protected:
  hub_options with_policies() const {
    hub_options chosen = options();
    // On a machine with much else to do clients may stand still for seconds; none is to be closed.
    constexpr std::size_t ample = std::size_t{64} * 1024 * 1024;
    chosen.topics.defaults.max_lag_bytes = ample;
    chosen.topics.defaults.max_lag = 0ms;
    chosen.topics.max_log_bytes = 4 * ample;
    chosen.outbound.max_queued_bytes = ample;
    topic_options oldest;
    oldest.slow_consumers = slow_consumer_policy::drop_oldest;
    oldest.max_lag_bytes = 16 * 1024;
    topic_options latest;
    latest.slow_consumers = slow_consumer_policy::latest;
    chosen.topics.rules = {{"b.>", oldest}, {"c", latest}};
    chosen.timeouts.close = 200ms;
    return chosen;
  }
};

/// Reads up to the answer of a request and checks that numbers of one publisher and topic only
/// grow. The payload of a publication is "topic publisher number".
void read_to_answer(ws_client& client, std::map<std::string, int>& last) {
  for (;;) {
    const std::string text = client.read_text();
    if (text == "done")
      return;
    const std::size_t space = text.rfind(' ');
    const std::string stream = text.substr(0, space);
    const int number = std::stoi(text.substr(space + 1));
    const auto known = last.find(stream);
    if (known != last.end()) {
      ASSERT_GT(number, known->second) << stream;
    }
    last[stream] = number;
  }
}

void visit(std::uint16_t port, unsigned seed, int visits) {
  std::mt19937 random(seed);
  for (int i = 0; i < visits; ++i) {
    const std::string offer = random() % 2 == 0 ? deflate_offer : "";
    const int receive_buffer = random() % 2 == 0 ? 4096 : 0;
    ws_client client(port, "/", offer, receive_buffer);
    std::map<std::string, int> last;
    for (auto requests = random() % 8; requests > 0; --requests) {
      const std::string name = wishes[random() % wishes.size()];
      client.send_text((random() % 3 == 0 ? "-" : "+") + name);
      // Now and then it does not read for a while: the next answer is behind all that waits.
      if (random() % 3 != 0) {
        ASSERT_NO_FATAL_FAILURE(read_to_answer(client, last));
      }
    }
    if (random() % 3 == 0)
      client.socket().reset();
  }
}

TEST_P(TopicStormTest, EveryStreamStaysInOrderAndTheAccountsBalance) {
  hub hub(with_policies());
  hub.on_message([](const connection& peer, const message& received) {
    const std::string_view name = received.payload.substr(1);
    received.payload[0] == '+' ? peer.subscribe(name) : peer.unsubscribe(name);
    peer.send("done");
  });
  listen_options door;
  door.permessage_deflate = true;
  const auto port = hub.listen(door);
  hub.start();
  const std::string padding(300, '.');  // for the compression to have something to do
  std::atomic<bool> done{false};
  std::vector<std::thread> publishers;
  for (int publisher = 0; publisher < 2; ++publisher) {
    publishers.emplace_back([&, publisher] {
      std::mt19937 random(static_cast<unsigned>(publisher));
      for (int number = 1; !done; ++number) {
        const std::string name = names[random() % names.size()];
        const publish_result result = hub.publish(
            name, name + padding + " " + std::to_string(publisher) + " " + std::to_string(number));
        if (result.lag_bytes > 256 * 1024)
          pause_between_looks();
      }
    });
  }
  std::vector<std::thread> visitors;
  for (unsigned i = 0; i < 4; ++i)
    visitors.emplace_back([port, i] { visit(port, i, 40); });
  for (std::thread& each : visitors)
    each.join();
  done = true;
  for (std::thread& each : publishers)
    each.join();
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 0; }));
  const hub_stats stats = hub.stats();
  EXPECT_GT(stats.deliveries, 0U);
  EXPECT_GT(stats.compressions, 0U);
  EXPECT_EQ(stats.pending, 0U);
  EXPECT_EQ(stats.offered, stats.deliveries + stats.dropped_oldest + stats.dropped_superseded +
                               stats.dropped_at_end);
  for (const char* name : names)
    EXPECT_EQ(hub.subscriber_count(name), 0U) << name;
  ASSERT_TRUE(eventually([&] { return hub.stats().log_bytes == 0; }));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(TopicStormTest);

}  // namespace
}  // namespace broadcast_hub::test
