#include "fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

/// Subscribers that do not read, of topics with each policy.
class PoliciesTest : public hub_fixture {
 protected:
  static constexpr int tiny_buffer = 4096;

  hub_options with(slow_consumer_policy policy) const {
    hub_options chosen = options();
    chosen.topics.defaults.slow_consumers = policy;
    chosen.topics.defaults.max_lag_bytes = 256 * 1024;
    chosen.timeouts.close = 100ms;
    return chosen;
  }

  static std::string numbered(int number) {
    return std::to_string(number) + std::string(10'000, ' ');
  }
  static int number_of(const std::string& payload) {
    int number = -1;
    std::from_chars(payload.data(), payload.data() + payload.size(), number);
    return number;
  }

  /// Publishes until so many were dropped; returns the number of the last publication.
  static int publish_until_dropped(hub& hub, std::uint64_t dropped) {
    int number = 0;
    const auto enough = [&] {
      const hub_stats stats = hub.stats();
      return stats.dropped_oldest + stats.dropped_superseded >= dropped;
    };
    while (!enough() && number < 100'000)
      hub.broadcast(numbered(++number));
    return number;
  }

  static void expect_accounts_balanced(const hub& hub) {
    const hub_stats stats = hub.stats();
    EXPECT_EQ(stats.offered, stats.deliveries + stats.dropped_oldest + stats.dropped_superseded +
                                 stats.dropped_at_end + stats.pending);
    EXPECT_EQ(stats.pending, 0U);
  }
};

TEST_P(PoliciesTest, DropOldestSkipsAndGoesOn) {
  hub hub(with(slow_consumer_policy::drop_oldest));
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  const int last = publish_until_dropped(hub, 100);
  std::vector<int> got;
  do {
    got.push_back(number_of(slow.read_text()));
  } while (got.back() != last);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end(), std::less_equal<>()));
  EXPECT_EQ(got.front(), 1);
  ASSERT_TRUE(eventually([&] { return hub.stats().pending == 0; }));
  EXPECT_EQ(hub.stats().deliveries, got.size());
  EXPECT_EQ(hub.stats().dropped_oldest, static_cast<std::uint64_t>(last) - got.size());
  expect_accounts_balanced(hub);
  EXPECT_EQ(hub.connection_count(), 1U);
}

TEST_P(PoliciesTest, LatestSkipsToTheNewest) {
  hub hub(with(slow_consumer_policy::latest));
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  const int last = publish_until_dropped(hub, 100);
  std::vector<int> got;
  do {
    got.push_back(number_of(slow.read_text()));
  } while (got.back() != last);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end(), std::less_equal<>()));
  ASSERT_TRUE(eventually([&] { return hub.stats().pending == 0; }));
  EXPECT_EQ(hub.stats().dropped_superseded, static_cast<std::uint64_t>(last) - got.size());
  expect_accounts_balanced(hub);
}

TEST_P(PoliciesTest, DisconnectingCountsWhatWasPendingAsDropped) {
  hub hub(with(slow_consumer_policy::disconnect));
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  while (hub.stats().slow_consumers == 0 && hub.broadcast(numbered(1)).offset < 100'000) {
  }
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 0; }));
  EXPECT_GT(hub.stats().dropped_at_end, 0U);
  expect_accounts_balanced(hub);
}

// It publishes in a handler, on the shard of a subscriber that reads nothing, until it is refused:
// so what the shard has not got to comes to its limit, on top of what the subscriber is behind.
// That may be as much, until it is judged.
TEST_P(PoliciesTest, TheLogOfAPublisherThatNeverPausesHasAnEnd) {
  constexpr int times = 5;
  hub_options chosen = with(slow_consumer_policy::drop_oldest);
  chosen.outbound.max_backlog_bytes = 1024 * 1024;
  const std::uint64_t backlog = chosen.outbound.max_backlog_bytes;
  constexpr std::uint64_t ends_of_segments = 256 * 1024;
  std::atomic<std::uint64_t> longest{0};
  std::atomic<int> refused{0};
  hub hub(chosen);
  hub.on_message([&](const connection&, const message&) {
    publish_result last;
    while (!last.error)
      last = hub.broadcast(std::string(1'000, 'x'));
    EXPECT_EQ(last.error, errc::overloaded);
    longest = std::max<std::uint64_t>(longest, hub.stats().log_bytes);
    ++refused;
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  for (int asked = 1; asked <= times; ++asked) {
    slow.send_text("go");
    ASSERT_TRUE(eventually([&] { return refused == asked; }));
  }
  EXPECT_GT(longest, backlog);
  EXPECT_LT(longest, 2 * backlog + ends_of_segments);
}

// Nothing more is published, so no walk comes by: the clock alone must do it.
TEST_P(PoliciesTest, WhoTakesNothingForTooLongIsClosedOnAQuietTopicToo) {
  hub_options chosen = with(slow_consumer_policy::disconnect);
  chosen.topics.defaults.max_lag_bytes = 64 * 1024 * 1024;
  chosen.topics.defaults.max_lag = 500ms;
  hub hub(chosen);
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  for (int i = 0; i < 1'500; ++i)
    ASSERT_TRUE(hub.broadcast(numbered(i)));
  ASSERT_TRUE(eventually([&] { return hub.stats().slow_consumers == 1; }));
  expect_accounts_balanced(hub);
}

TEST_P(PoliciesTest, TheApplicationHearsOfSlowConsumers) {
  shared_list<std::string> reports;
  hub hub(with(slow_consumer_policy::drop_oldest));
  hub.on_slow([&](const connection& peer, const std::string& topic, std::uint64_t lag) {
    EXPECT_GT(lag, 100'000U);
    EXPECT_FALSE(peer.remote_address().empty());
    reports.add(topic);
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  publish_until_dropped(hub, 100);
  ASSERT_TRUE(eventually([&] { return reports.size() == 1; }));
  EXPECT_EQ(reports.all().front(), "default");
}

TEST_P(PoliciesTest, PublishersThatMindTheLagLoseNothing) {
  std::atomic<int> drained{0};
  hub_options chosen = with(slow_consumer_policy::disconnect);
  chosen.topics.defaults.max_lag = 0ms;
  hub hub(chosen);
  hub.on_drain([&](const std::string& topic) {
    EXPECT_EQ(topic, "default");
    ++drained;
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  int number = 0;
  int read = 0;
  for (int rounds = 0; rounds < 3; ++rounds) {
    const int drained_before = drained;
    while (hub.broadcast(numbered(++number)).lag_bytes < 128 * 1024) {
      ASSERT_LT(number, 100'000);
    }
    while (read < number)
      ASSERT_EQ(number_of(slow.read_text()), ++read);
    ASSERT_TRUE(eventually([&] { return drained > drained_before; }));
  }
  EXPECT_EQ(hub.connection_count(), 1U);
}

// Nothing more is published and the peer reads nothing: only the shard's patrol can tell.
TEST_P(PoliciesTest, PublishersHearOfASkipOnAQuietTopic) {
  std::atomic<int> drained{0};
  hub_options chosen = with(slow_consumer_policy::drop_oldest);
  chosen.topics.defaults.max_lag = 200ms;
  hub hub(chosen);
  hub.on_drain([&](const std::string&) { ++drained; });
  const auto port = hub.listen(0);
  hub.start();
  const ws_client slow(port, "/", {}, tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  ASSERT_TRUE(eventually([&] { return hub.broadcast(numbered(1)).lag_bytes >= 128 * 1024; }));
  ASSERT_TRUE(eventually([&] { return drained > 0; }));
}

// What the kernel keeps for a peer that does not read is bounded, too.
TEST_P(PoliciesTest, TheListenerSaysHowMuchTheKernelKeepsOfAStalledPeer) {
  const auto bytes_taken = [this](const socket_options& sockets) {
    hub hub(with(slow_consumer_policy::drop_oldest));
    listen_options where;
    where.sockets = sockets;
    const auto port = hub.listen(where);
    hub.start();
    const ws_client stalled(port, "/", {}, tiny_buffer);
    EXPECT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
    publish_until_dropped(hub, 300);
    return hub.stats().bytes_sent;
  };
  const std::uint64_t least = bytes_taken({.max_unsent_bytes = 4096});
  EXPECT_LT(least, 128U * 1024);
  EXPECT_LT(least, bytes_taken({}));
  EXPECT_LT(bytes_taken({}), bytes_taken({.max_unsent_bytes = 0}));
  EXPECT_LT(bytes_taken({.send_buffer_bytes = 16 * 1024, .max_unsent_bytes = 0}),
            bytes_taken({.max_unsent_bytes = 0}));
}

// However many do not read, the log is there once, and no longer than its topic allows.
TEST_P(PoliciesTest, StalledClientsShareOneLog) {
  hub_options chosen = with(slow_consumer_policy::drop_oldest);
  chosen.topics.defaults.max_lag_bytes = 1024 * 1024;
  chosen.outbound.max_backlog_bytes = 1024 * 1024;
  hub hub(chosen);
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> stalled;
  for (int i = 0; i < 30; ++i)
    stalled.emplace_back(port, "/", "", tiny_buffer);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 30; }));
  // What no shard has taken up yet comes on top of what the slowest may be behind. Six publications
  // fill a segment of 64 KiB; those at both ends are needed in part.
  constexpr std::size_t segments = 2 * 1024 * 1024 / (6 * 10'004) + 2;
  constexpr std::size_t most = segments * 65 * 1024;
  for (std::uint64_t dropped = 1'000; dropped <= 10'000; dropped += 1'000) {
    publish_until_dropped(hub, dropped);
    EXPECT_LE(hub.stats().log_bytes, most);
  }
  stalled.clear();
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 0; }));
  expect_accounts_balanced(hub);
}

// A direct send takes what was published before it along into the connection's own queue.
TEST_P(PoliciesTest, DirectSendsDoNotLetStalledClientsHoldTheLog) {
  hub_options chosen = with(slow_consumer_policy::drop_oldest);
  chosen.topics.max_log_bytes = 2 * 1024 * 1024;
  hub hub(chosen);
  hub.on_open([&hub](const connection& peer) {
    for (int i = 0; i < 20; ++i) {
      hub.broadcast(numbered(0));
      peer.send("direct");
    }
  });
  listen_options where;
  where.sockets.send_buffer_bytes = 16 * 1024;
  const auto port = hub.listen(where);
  hub.start();
  std::vector<ws_client> stalled;
  for (std::uint64_t i = 1; i <= 60; ++i) {
    stalled.emplace_back(port, "/", "", tiny_buffer);
    ASSERT_TRUE(eventually([&] { return hub.connection_count() == i; }));
    publish_until_dropped(hub, hub.stats().dropped_oldest + 100);
  }
  ASSERT_TRUE(eventually([&] { return hub.stats().log_bytes < 1024 * 1024; }));
  EXPECT_TRUE(hub.broadcast(numbered(1)));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(PoliciesTest);

}  // namespace
}  // namespace broadcast_hub::test
