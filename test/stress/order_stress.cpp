// Threads publish on one topic, each as fast as subscribers read, and every subscriber must see
// the same order. Exit status: 0 when all of it held, 1 when not, 2 for a wrong command line.

#include "order_subscriber.hpp"
#include "paced_publishers.hpp"
#include "program.hpp"
#include "support/raw_client.hpp"

#include <broadcast_hub/hub.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <vector>

namespace broadcast_hub::stress {
namespace {

constexpr const char* topic = "order";

// Some are often behind, because their sockets are small.
constexpr std::size_t every_which_is_slow = 10;
constexpr int small_buffer = 4096;

struct order_options {
  unsigned shards;
  std::size_t threads;
  std::uint32_t publications;  // of each thread
  std::size_t subscribers;
  std::size_t max_lag_bytes;  // publishers wait at half of it

  std::uint64_t all_publications() const noexcept { return std::uint64_t{threads} * publications; }
};

order_options options_from(const benchmark::arguments& given) {
  const order_options chosen{
      static_cast<unsigned>(given.number("shards", 1)), given.number("threads", 8),
      static_cast<std::uint32_t>(given.number("publications", 10'000)),
      given.number("subscribers", 100), given.number("lag-kibibytes", 64) << 10U};
  if (chosen.subscribers == 0)
    throw benchmark::usage_error("--subscribers must be at least 1");
  return chosen;
}

hub_options hub_options_for(const order_options& options) {
  hub_options chosen;
  chosen.shards = options.shards;
  chosen.heartbeat.ping_after = std::chrono::milliseconds(0);  // a ping is no publication
  chosen.topics.defaults.max_lag_bytes = options.max_lag_bytes;
  // How long somebody is behind is a matter of the machine.
  chosen.topics.defaults.max_lag = std::chrono::milliseconds(0);
  return chosen;
}

std::vector<order_subscriber> connect(const order_options& options, std::uint16_t port) {
  std::vector<order_subscriber> subscribers;
  for (std::size_t i = 0; i < options.subscribers; ++i) {
    const int buffer = i % every_which_is_slow == 0 ? small_buffer : 0;
    subscribers.emplace_back(port, options.threads, buffer);
  }
  return subscribers;
}

void check_orders(const std::vector<order_subscriber>& subscribers) {
  for (const order_subscriber& each : subscribers)
    require(each.hash() == subscribers.front().hash(), "all subscribers see the same order");
}

void check_accounts(const order_options& options, const hub& hub, std::uint64_t published_pairs) {
  const std::uint64_t pairs = options.all_publications() * options.subscribers;
  // A client may have read what its shard is about to count.
  const bool settled = test::eventually([&] { return hub.stats().deliveries >= pairs; });
  const hub_stats stats = hub.stats();
  print("published pairs ", with_commas(published_pairs), " = offered ", with_commas(stats.offered),
        " = deliveries ", with_commas(stats.deliveries), " + dropped_oldest ", stats.dropped_oldest,
        " + dropped_superseded ", stats.dropped_superseded, " + dropped_at_end ",
        stats.dropped_at_end, " + pending ", stats.pending);
  require(settled, "everything is delivered");
  require(stats.offered == stats.deliveries + stats.dropped_oldest + stats.dropped_superseded +
                               stats.dropped_at_end + stats.pending,
          "the accounts balance");
  require(published_pairs == stats.offered, "what publishers were told is what is offered");
  require(stats.deliveries == pairs && stats.offered == pairs, "everything is counted once");
  require(stats.publications == options.all_publications(), "every publication is counted");
  require(stats.connections_closed == 0, "nobody is disconnected");
}

void run(const benchmark::arguments& given) {
  const order_options options = options_from(given);
  print("order_stress: ", options.shards, options.shards == 1 ? " shard, " : " shards, ",
        options.threads, " threads x ", with_commas(options.publications), " publications, ",
        options.subscribers, " subscribers");
  const auto begin = std::chrono::steady_clock::now();
  drain_count drains;
  hub hub(hub_options_for(options));
  hub.on_open([](const connection& peer) { peer.subscribe(topic); });
  hub.on_drain([&](const std::string& drained) {
    if (drained == topic)
      drains.add();
  });
  const std::uint16_t port = hub.listen(0);
  hub.start();
  std::vector<order_subscriber> subscribers = connect(options, port);
  require(test::eventually([&] { return hub.subscriber_count(topic) == options.subscribers; }),
          "everybody is subscribed");

  paced_publishers publishers(
      hub, drains, {topic, options.threads, options.publications, options.max_lag_bytes / 2});
  read_until_all_have(subscribers, options.all_publications());
  publishers.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  print("published ", with_commas(options.all_publications()), ", publishers paused ",
        with_commas(publishers.pauses()), " times");
  check_orders(subscribers);
  print("all subscribers saw the same order, hash ", std::hex, subscribers.front().hash());
  check_accounts(options, hub, publishers.pairs());
  print("took ", seconds(took), ", peak memory of hub and clients together ", peak_memory());
}

}  // namespace
}  // namespace broadcast_hub::stress

int main(int count, char** values) {
  using namespace broadcast_hub::stress;
  return run_program("order_stress", [&] {
    run({count, values, {"shards", "threads", "publications", "subscribers", "lag-kibibytes"}});
  });
}
