// What topics cost that are used once, while they are there and after they are gone. One subscriber
// has a pattern for all of them, so each keeps a log and a history, and none goes before it leaves.

#include "memory_modes.hpp"
#include "program.hpp"
#include "support/raw_client.hpp"

#include <broadcast_hub/hub.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace broadcast_hub::stress {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t payload_bytes = 64;
constexpr std::size_t frame_bytes = payload_bytes + 2;
constexpr double most_for_each_topic = 3328;  // bytes: two lanes, one of them for the history

/// What a topic that is gone leaves behind: its name, its epoch and its offset, for a day.
constexpr double most_for_each_gone = 384;  // bytes

/// What is left of one that is forgotten, too, because the heap has holes. A name takes about 150.
constexpr double most_for_each_forgotten = 96;  // bytes

hub_options hub_options_for(std::size_t topics) {
  hub_options chosen;
  chosen.topics.max_topics = topics;
  chosen.topics.max_log_bytes = std::size_t{1} << 30U;
  chosen.topics.linger = 0ms;
  chosen.topics.defaults.max_lag = 0ms;  // how long somebody is behind is a matter of the machine
  chosen.topics.defaults.history.max_publications = 10;
  chosen.topics.defaults.history.max_age = 100ms;
  return chosen;
}

class topic_rounds {
 public:
  topic_rounds(hub& of, std::uint16_t port, std::size_t topics)
      : hub_(of), port_(port), topics_(topics), log_bytes_before_(of.stats().log_bytes) {}

  /// Makes all topics, by one publication on each, and lets them go again. Returns what memory was
  /// resident while all of them were there.
  std::uint64_t run(std::size_t round) {
    test::ws_client subscriber(port_);
    require(test::eventually([&] { return hub_.subscriber_count("t.any") == 1; }),
            "the subscriber is there");
    publish_all("t." + std::to_string(round) + ".", subscriber);
    require(hub_.stats().topics == topics_ + 1, "all topics are there");
    const std::uint64_t memory = own_memory();
    print("round ", round, ": ", with_commas(hub_.stats().topics), " topics, logs of ",
          in_mebibytes(hub_.stats().log_bytes), ", resident memory ", in_mebibytes(memory));
    subscriber.send_close(1000);
    require(test::eventually([&] { return hub_.stats().sockets_open == 0; }),
            "the subscriber is gone");
    require(test::eventually([&] { return hub_.stats().topics == 1; }),
            "all topics are gone but the default one");
    require(test::eventually([&] { return hub_.stats().log_bytes == log_bytes_before_; }),
            "all logs are gone");
    check_accounts();
    return memory;
  }

 private:
  void publish_all(const std::string& stem, test::ws_client& subscriber) {
    const std::string payload(payload_bytes, 'x');
    constexpr std::size_t at_once = 100;  // so that the subscriber never has to wait for long
    for (std::size_t made = 0; made < topics_;) {
      const std::size_t end = std::min(made + at_once, topics_);
      const std::size_t bytes = (end - made) * frame_bytes;
      for (; made < end; ++made) {
        const publish_result result = hub_.publish(stem + std::to_string(made), payload);
        require(!result.error, "a publication is accepted");
        pairs_ += result.subscribers;
      }
      subscriber.socket().read_exactly(bytes);
    }
  }

  void check_accounts() const {
    const hub_stats stats = hub_.stats();
    require(pairs_ == stats.publications, "the subscriber counts on every topic");
    require(stats.offered == pairs_ && stats.deliveries == pairs_, "the accounts balance");
  }

  hub& hub_;
  const std::uint16_t port_;
  const std::size_t topics_;
  const std::uint64_t log_bytes_before_;  // of the default topic, which keeps a history
  std::uint64_t pairs_ = 0;  // of a publication and a subscriber, by the results of `publish`
};

}  // namespace

void measure_topics(const benchmark::arguments& given) {
  const std::size_t topics = given.number("topics", is_sanitized() ? 1000 : 10'000);
  const std::size_t rounds = std::max<std::size_t>(3, given.number("rounds", 6));
  print("memory_stress, topics: ", with_commas(topics), " topics, ", rounds,
        " times, each used once and then gone");
  hub hub(hub_options_for(topics));
  hub.on_open([](const connection& peer) { peer.subscribe("t.>"); });
  const std::uint16_t port = hub.listen(0);
  hub.start();
  topic_rounds all(hub, port, topics);
  const std::uint64_t before = own_memory();
  const std::uint64_t first = all.run(1);
  check_growth("topic", {before, first, topics}, most_for_each_topic);
  const std::uint64_t second = all.run(2);
  check_growth("topic that is gone", {first, second, topics}, most_for_each_gone);
  // As many topics that are gone are remembered as may be there, so from here on nothing is added.
  std::uint64_t last = second;
  for (std::size_t round = 3; round <= rounds; ++round)
    last = all.run(round);
  check_growth("topic that is forgotten", {second, last, topics * (rounds - 2)},
               most_for_each_forgotten);
  print("resident memory with all topics gone ", in_mebibytes(own_memory()));
}

}  // namespace broadcast_hub::stress
