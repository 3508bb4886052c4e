// A server goes and tells its clients `bye`: they come back spread over the time that it says, and
// go on.

#include "client/retry_plan.hpp"
#include "comeback.hpp"
#include "crowd.hpp"
#include "granted_publishers.hpp"
#include "integration/hub/accounts.hpp"
#include "integration/hub/protocol_client.hpp"
#include "progress.hpp"
#include "restartable_server.hpp"
#include "support/base_seed.hpp"
#include "support/descriptor_limit.hpp"
#include "support/environment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iostream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace broadcast_hub::stress {
namespace {

using namespace std::chrono_literals;

/// How many waits end in each of `parts` of equal length within `whole`.
std::vector<std::size_t> spread(const std::vector<std::chrono::milliseconds>& waits,
                                std::chrono::milliseconds whole, std::size_t parts) {
  std::vector<std::size_t> counts(parts);
  for (const std::chrono::milliseconds wait : waits) {
    const auto part =
        static_cast<std::size_t>(wait.count()) * parts / static_cast<std::size_t>(whole.count());
    ++counts[std::min(part, parts - 1)];
  }
  return counts;
}

/// What a client is told when its server goes.
std::string goodbye() {
  hub hub;
  const std::uint16_t port = hub.listen(0);
  hub.start();
  test::protocol_client client(port);
  const auto stopped = std::async(std::launch::async, [&] { hub.stop(); });
  const std::string frame = client.read();
  EXPECT_EQ(client.socket().read_close(), 1012U);
  client.socket().send_close(1012);
  return frame;
}

TEST(ByeTest, NoSecondHasManyMoreThanTheMean) {
  constexpr std::size_t clients = 10'000;
  constexpr std::size_t seconds = 30;
  const std::string frame = goodbye();
  const wait_bounds bounds = bounds_in(frame, R"({"bye":{"after":)");
  EXPECT_EQ(bounds.earliest, 0s);
  ASSERT_EQ(bounds.latest, 30s);

  // What the C++ client chooses. Each one is a process with a generator of its own; time is a
  // number here.
  std::vector<std::chrono::milliseconds> waits;
  for (std::size_t i = 0; i < clients; ++i) {
    std::mt19937 random(static_cast<std::uint32_t>(test::base_seed() * clients + i));
    retry_plan plan;
    plan.on_bye(bounds.earliest, bounds.latest);
    waits.push_back(plan.next([&random] { return static_cast<std::uint32_t>(random()); }));
    ASSERT_GE(waits.back(), bounds.earliest);
    ASSERT_LE(waits.back(), bounds.latest);
  }
  const std::vector<std::size_t> come = spread(waits, bounds.latest, seconds);
  const auto [least, most] = std::minmax_element(come.begin(), come.end());
  std::cout << clients << " clients: " << *least << " to " << *most << " a second\n";
  EXPECT_EQ(std::accumulate(come.begin(), come.end(), std::size_t{0}), clients);
  EXPECT_LE(2 * seconds * *most, 3 * clients) << "more than 1.5 times the mean";
}

constexpr std::uint64_t topics = 20;
constexpr std::size_t topics_each = 2;
constexpr std::chrono::milliseconds comeback_within = 3s;
constexpr std::size_t first_connects_in_a_millisecond = 4;

hub_options options(unsigned shards, std::size_t clients) {
  hub_options chosen;
  chosen.shards = shards;
  chosen.limits.max_connections = clients + 1'000;
  chosen.topics.defaults.history.max_publications = 1'000;
  chosen.topics.defaults.max_lag = 60s;
  chosen.protocol.comeback_within = comeback_within;
  return chosen;
}

listen_options listening() {
  listen_options chosen;
  chosen.address = "127.0.0.1";
  return chosen;
}

/// With sockets, and a time that can be waited for.
class RestartTest : public testing::TestWithParam<unsigned> {
 protected:
  RestartTest()
      : clients_(test::number_from_environment("BROADCAST_HUB_RESTART_CLIENTS", 300)),
        server_(options(GetParam(), clients_), listening()),
        crowd_(server_.port(),
               {clients_, topics, topics_each,
                std::chrono::milliseconds(clients_ / first_connects_in_a_millisecond),
                test::base_seed()}),
        publishers_(server_, topics, test::base_seed()) {
    publishers_.join();  // this thread publishes
    benchmark::raise_descriptor_limit();
  }

  void expect_all_get_what_is_published() {
    constexpr std::size_t publications = 5;
    run_until_caught_up(crowd_, publishers_, server_.life());
    const std::uint64_t before = crowd_.views().delivered;
    publishers_.publish_on_each(publications);
    run_until_caught_up(crowd_, publishers_, server_.life());
    EXPECT_EQ(crowd_.views().delivered, before + clients_ * topics_each * publications);
    EXPECT_EQ(server_.use([](hub& hub, std::uint64_t) { return hub.connection_count(); }),
              clients_);
  }

  void stop() {
    server_.begin_stop(60s);
    run_until(crowd_, "the server stops", [&] { return server_.has_stopped(); });
    const hub_stats last = server_.finish_stop();
    EXPECT_EQ(last.offered, test::done_pairs(last));
    EXPECT_EQ(last.pending, 0U);
    EXPECT_EQ(last.sockets_open, 0U);
  }

  const std::size_t clients_;
  restartable_server server_;
  crowd crowd_;
  granted_publishers publishers_;
};

TEST_P(RestartTest, AllComeBackWithinTheTimeThatTheyAreToldAndGoOn) {
  expect_all_get_what_is_published();
  stop();
  run_until(crowd_, "all have been told", [&] { return crowd_.counts().byes >= clients_; });
  EXPECT_EQ(crowd_.counts().byes, clients_);
  EXPECT_EQ(crowd_.counts().closed.at(1012), clients_);
  server_.restart();
  const auto begin = crowd::clock::now();
  expect_all_get_what_is_published();
  const std::chrono::duration<double> took = crowd::clock::now() - begin;

  const std::vector<std::chrono::milliseconds>& waits = crowd_.bye_waits();
  ASSERT_EQ(waits.size(), clients_);
  EXPECT_LE(*std::max_element(waits.begin(), waits.end()), comeback_within);
  EXPECT_EQ(crowd_.counts().connected, 2 * clients_) << "somebody came more than once";
  // All were told that the numbering has begun anew.
  EXPECT_EQ(crowd_.views().other_epoch, clients_ * topics_each);
  EXPECT_EQ(crowd_.views().not_recovered(), clients_ * topics_each);
  std::cout << clients_ << " clients were back after " << took.count() << " s, "
            << crowd_.counts().attempts_failed << " attempts without a server; in each half second";
  const std::vector<std::size_t> come = spread(waits, comeback_within, 6);
  for (const std::size_t count : come)
    std::cout << " " << count;
  std::cout << std::endl;  // NOLINT(performance-avoid-endl): live
  const std::size_t mean = clients_ / come.size();
  const std::size_t most = clients_ < 1000 ? 2 * mean : mean + mean / 2;  // few spread less evenly
  EXPECT_LE(*std::max_element(come.begin(), come.end()), most);

  // With the same server they go on where they were.
  crowd_.send_away();
  run_until(crowd_, "all are gone", [&] {
    return crowd_.half_closed() == 0 &&
           server_.use([](hub& hub, std::uint64_t) { return hub.stats().sockets_open == 0; });
  });
  publishers_.publish_on_each(1);
  crowd_.let_come();
  expect_all_get_what_is_published();
  EXPECT_EQ(crowd_.views().recovered, clients_ * topics_each);
  stop();
}

INSTANTIATE_TEST_SUITE_P(Stress, RestartTest, testing::Values(1U, 4U), [](const auto& tested) {
  return std::to_string(tested.param) + (tested.param == 1 ? "Shard" : "Shards");
});

}  // namespace
}  // namespace broadcast_hub::stress
