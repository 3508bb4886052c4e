#include "accounts.hpp"
#include "fixture.hpp"
#include "storm_size.hpp"
#include "support/base_seed.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
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

/// For the wishes above.
bool matches(std::string_view wish, std::string_view topic) {
  const std::string_view stem = wish.substr(0, wish.find_first_of("*>"));
  return stem.size() < wish.size() ? topic.substr(0, stem.size()) == stem : topic == wish;
}

/// A client beside what it should receive: while it is subscribed to a topic that loses nothing,
/// the numbers of each publisher there have no gap, and on the others they grow.
class visitor {
 public:
  visitor(std::uint16_t port, const std::string& offer, int receive_buffer)
      : client_(port, "/", offer, receive_buffer) {}

  void ask(bool subscribe, const std::string& name) {
    client_.send_text((subscribe ? "+" : "-") + name);
    asked_.push_back({subscribe, name});
  }

  /// Reads until all that was asked is answered.
  void read_answers() {
    while (!asked_.empty() && !testing::Test::HasFatalFailure()) {
      const std::string text = client_.read_text();
      text == "done" ? on_answer() : on_publication(text);
    }
  }

  void reset() { client_.socket().reset(); }

 private:
  struct request {
    bool subscribe;
    std::string name;
  };
  struct stream {
    int last = 0;
    bool whole = false;  // subscribed without a break since then
  };

  bool wants(std::string_view topic) const {
    return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                       [&](const std::string& each) { return matches(each, topic); });
  }

  void on_answer() {
    const request answered = asked_.front();
    asked_.pop_front();
    if (answered.subscribe) {
      subscriptions_.insert(answered.name);
    } else {
      subscriptions_.erase(answered.name);
    }
    for (auto& [key, each] : streams_)
      each.whole = each.whole && wants(std::string_view(key).substr(0, key.find(' ')));
  }

  /// The payload is "topic publisher padding number".
  void on_publication(const std::string& text) {
    const std::size_t end_of_key = text.find(' ', text.find(' ') + 1);
    const std::string topic = text.substr(0, text.find(' '));
    const int number = std::stoi(text.substr(text.rfind(' ')));
    // It may come ahead of the answer to the subscription that it is for.
    ASSERT_TRUE(wants(topic) || asked_for(topic)) << text;
    stream& known = streams_[text.substr(0, end_of_key)];
    if (known.whole && topic[0] == 'a') {
      ASSERT_EQ(number, known.last + 1) << text;
    } else {
      ASSERT_GT(number, known.last) << text;
    }
    known = {number, true};
  }

  bool asked_for(std::string_view topic) const {
    return std::any_of(asked_.begin(), asked_.end(), [&](const request& each) {
      return each.subscribe && matches(each.name, topic);
    });
  }

  ws_client client_;
  std::deque<request> asked_;
  std::set<std::string> subscriptions_;
  std::map<std::string, stream> streams_;  // by topic and publisher
};

void visit(std::uint16_t port, std::uint32_t seed, unsigned visits) {
  std::mt19937 random(seed);
  for (unsigned i = 0; i < visits && !testing::Test::HasFatalFailure(); ++i) {
    const std::string offer = random() % 2 == 0 ? deflate_offer : "";
    visitor one(port, offer, random() % 2 == 0 ? 4096 : 0);
    for (auto requests = random() % 8; requests > 0; --requests) {
      const std::string name = wishes[random() % wishes.size()];
      one.ask(random() % 3 != 0, name);
      // Now and then it does not read for a while: the next answer is behind all that waits.
      if (random() % 3 != 0) {
        ASSERT_NO_FATAL_FAILURE(one.read_answers()) << "seed " << seed << ", visit " << i;
      }
    }
    if (random() % 3 == 0)
      one.reset();
  }
}

/// Publishes on random topics, each with numbers of its own, until it is told to stop. `pairs`:
/// adds the subscribers that it has been told of.
void publish_at_random(hub& hub, unsigned publisher, const std::atomic<bool>& done,
                       std::atomic<std::uint64_t>& pairs) {
  const std::string padding(300, '.');  // for the compression to have something to do
  // Those of the visitors go on from the base, these go back from it.
  std::mt19937 random(base_seed() - 1 - publisher);
  std::array<int, names.size()> numbers{};
  while (!done) {
    const std::size_t topic = random() % names.size();
    const std::string text =
        std::string(names[topic]) + " " + std::to_string(publisher) + " " + padding + " ";
    const publish_result result =
        hub.publish(names[topic], text + std::to_string(numbers[topic] + 1));
    numbers[topic] += result ? 1 : 0;
    pairs += result.subscribers;
    if (result.lag_bytes > 256 * 1024)
      pause_between_looks();
  }
}

/// After all that, publishers count as many subscribers as there are, and shards do so, too.
void expect_accounts_of_subscribers_who_stay(hub& hub, std::uint16_t port) {
  std::vector<ws_client> clients;
  for (const char* offer : {"", deflate_offer}) {
    for (const std::string wish : wishes) {
      clients.emplace_back(port, "/", offer);
      clients.back().send_text("+" + wish);
      ASSERT_EQ(clients.back().read_text(), "done");
    }
  }
  const hub_stats before = hub.stats();
  std::uint64_t pairs = 0;
  for (int i = 0; i < 100; ++i) {
    for (const std::string_view name : names) {
      const auto fitting = std::count_if(wishes.begin(), wishes.end(),
                                         [&](const char* wish) { return matches(wish, name); });
      const publish_result result = hub.publish(name, std::string(300, '.'));
      EXPECT_EQ(result.subscribers, static_cast<std::size_t>(2 * fitting)) << name;
      pairs += result.subscribers;
    }
  }
  expect_accounts_settle(hub, before, pairs);
}

TEST_P(TopicStormTest, SubscribersGetWhatTheyShouldInOrderAndTheAccountsBalance) {
  const storm_size size = storm_size_or({4, 40});
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
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> pairs{0};
  std::vector<std::thread> publishers;
  for (unsigned publisher = 0; publisher < 2; ++publisher)
    publishers.emplace_back([&, publisher] { publish_at_random(hub, publisher, done, pairs); });
  std::vector<std::thread> visitors;
  for (unsigned i = 0; i < size.visitors; ++i)
    visitors.emplace_back([port, size, i] { visit(port, base_seed() + i, size.visits); });
  for (std::thread& each : visitors)
    each.join();
  done = true;
  for (std::thread& each : publishers)
    each.join();
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 0; }));
  EXPECT_TRUE(eventually([&] { return hub.stats().offered == pairs; }))
      << "publishers were told of " << pairs << " pairs, and " << hub.stats().offered
      << " have an outcome";
  const hub_stats stats = hub.stats();
  EXPECT_GT(stats.deliveries, 0U);
  EXPECT_GT(stats.compressions, 0U);
  EXPECT_EQ(stats.pending, 0U);
  EXPECT_EQ(stats.offered, done_pairs(stats));
  for (const char* name : names)
    EXPECT_EQ(hub.subscriber_count(name), 0U) << name;
  expect_accounts_of_subscribers_who_stay(hub, port);
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 0; }));
  EXPECT_EQ(hub.stats().offered, done_pairs(hub.stats()));
  // The newest publication of the topic whose policy is `latest`, and nothing else.
  constexpr std::uint64_t newest_of_one = 2048;
  ASSERT_TRUE(eventually([&] { return hub.stats().log_bytes <= newest_of_one; }));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(TopicStormTest);

}  // namespace
}  // namespace broadcast_hub::test
