// The library's own client, as programs use it, while its connections are cut at all points and the
// server is restarted: it misses nothing without saying so, tells nothing twice, and what it
// publishes is published once.

#include "granted_publishers.hpp"
#include "killing.hpp"
#include "progress.hpp"
#include "restartable_server.hpp"
#include "support/base_seed.hpp"
#include "support/descriptor_limit.hpp"
#include "support/environment.hpp"
#include "watched_crowd.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>

namespace broadcast_hub::stress {
namespace {

using namespace std::chrono_literals;

hub_options options_of_hub(unsigned shards, std::size_t clients) {
  topic_options topic;
  topic.allow_client_publish = true;
  topic.dedup_window = 10min;
  // All of a life, so that its log can be read at its end.
  topic.history.max_publications = 100'000;
  topic.history.max_bytes = std::size_t{128} << 20U;
  return hub_of_the_killed(shards, clients, topic);
}

listen_options on_loopback_only() {
  listen_options chosen;
  chosen.address = "127.0.0.1";
  return chosen;
}

class ClientKillTest : public testing::TestWithParam<unsigned> {
 protected:
  ClientKillTest()
      : clients_(test::number_from_environment("BROADCAST_HUB_KILL_CLIENTS", 24)),
        cuts_(test::number_from_environment("BROADCAST_HUB_KILLS", 400)),
        server_(options_of_hub(GetParam(), clients_), on_loopback_only()),
        crowd_(server_, {clients_, topics, topics_each, test::base_seed()}),
        publishers_(server_, topics, test::base_seed()) {
    benchmark::raise_descriptor_limit();
  }

  void cut_amid_publications() {
    crowd_.relay().cut(cuts_);
    unsigned restarted = 0;
    run_until(crowd_, "all connections are cut that were to be", [&] {
      publish_unless_behind();
      if (server_.has_stopped()) {
        finish_life();
        server_.restart();
      } else if (!server_.is_stopping() && restarted < restarts &&
                 crowd_.relay().counts().cuts >= cuts_ * (restarted + 1) / (restarts + 1)) {
        server_.begin_stop(300ms);  // half-open connections do not answer
        ++restarted;
      }
      return crowd_.relay().cuts_left() == 0 && !server_.is_stopping() && restarted == restarts;
    });
    publishers_.join();
  }

  void catch_up() {
    try {
      run_until(crowd_, "all have caught up", [&] { return crowd_.is_caught_up(); });
    } catch (const std::exception& fault) {
      throw std::runtime_error(fault.what() + crowd_.described());
    }
  }

  /// All miss the same, and what they publish meanwhile waits.
  void miss_and_resume() {
    crowd_.relay().send_away();
    run_until(crowd_, "all are gone", [&] { return now().sockets_open == 0; });
    publishers_.publish_on_each(missed_at_the_end);
    crowd_.publish_each();
    const view_counts before = crowd_.counts().views;
    crowd_.relay().let_come();
    catch_up();
    const view_counts& after = crowd_.counts().views;
    EXPECT_EQ(after.gap - before.gap, crowd_.on_short_topic());
    EXPECT_EQ(after.recovered - before.recovered, clients_ * topics_each - crowd_.on_short_topic());
  }

  void stop() {
    server_.begin_stop(20s);
    run_until(crowd_, "the server stops", [&] { return server_.has_stopped(); });
    finish_life();
    crowd_.book().check_all_sealed();
  }

  void print() const;

  const std::size_t clients_;
  const std::uint64_t cuts_;
  restartable_server server_;
  watched_crowd crowd_;
  granted_publishers publishers_;

 private:
  hub_stats now() {
    return server_.use([](const hub& hub, std::uint64_t) { return hub.stats(); });
  }

  /// As fast as clients read: no clock has a say.
  void publish_unless_behind() {
    constexpr std::uint64_t each_may_be_behind = 40;
    constexpr std::size_t by_the_hub = 2;
    constexpr std::size_t by_clients = 6;
    if (crowd_.behind() >= clients_ * each_may_be_behind)
      return;
    publishers_.grant(by_the_hub);
    for (std::size_t i = 0; i < by_clients; ++i)
      crowd_.publish();
  }

  void finish_life() {
    const hub_stats last = server_.finish_stop();
    EXPECT_EQ(last.command_faults, 0U);
    EXPECT_EQ(last.handler_failures, 0U);
    EXPECT_EQ(last.overloads, 0U);
    crowd_.seal_log();
  }
};

void ClientKillTest::print() const {
  const relay_counts& relay = crowd_.relay().counts();
  const watch_counts& counts = crowd_.counts();
  std::cout << clients_ << " clients, " << relay.cuts << " connections cut";
  for (std::size_t i = 0; i < cut_methods; ++i)
    std::cout << ", " << cut_method_names[i] << " " << relay.by_method[i];
  std::cout << "\nin the handshake " << relay.in_handshake << ", amid a frame of a client "
            << relay.amid_frame[0] << ", of the hub " << relay.amid_frame[1]
            << ", told the hub late " << relay.told_late << "\nconnections " << relay.accepted
            << ", without a server " << relay.without_server << ", sessions " << counts.sessions
            << "\ndelivered " << counts.views.delivered << ", resumed " << counts.views.recovered
            << ", rec:false: epoch " << counts.views.other_epoch << ", gap " << counts.views.gap
            << "\npublished by clients " << counts.published << ", answered " << counts.answered
            << ", sent again " << counts.retried << ", of these known by their key "
            << counts.known_by_key << "\nin logs " << crowd_.book().in_logs()
            << ", in those of two hubs " << crowd_.book().again()
            << std::endl;  // NOLINT(performance-avoid-endl): live
}

TEST_P(ClientKillTest, MissesNothingSilentlyAndPublishesOnce) {
  cut_amid_publications();
  catch_up();
  miss_and_resume();
  stop();
  print();
  const relay_counts& relay = crowd_.relay().counts();
  const watch_counts& counts = crowd_.counts();
  EXPECT_EQ(relay.cuts, cuts_);
  for (std::size_t i = 0; i < cut_methods; ++i)
    EXPECT_GT(relay.by_method[i], 0U) << cut_method_names[i];
  EXPECT_GT(relay.in_handshake, 0U);
  for (std::size_t i = 0; i < directions; ++i)
    EXPECT_GT(relay.amid_frame[i], 0U) << i;
  EXPECT_GT(relay.told_late, 0U);
  EXPECT_GT(relay.without_server, 0U);
  EXPECT_GT(counts.views.gap, 0U);
  EXPECT_GE(counts.views.other_epoch, clients_);
  EXPECT_GT(counts.views.recovered, counts.views.gap);
  EXPECT_EQ(counts.answered, counts.published);
  EXPECT_EQ(counts.answered + crowd_.book().again(), crowd_.book().in_logs());
  EXPECT_GT(counts.known_by_key, 0U);
}

INSTANTIATE_TEST_SUITE_P(Stress, ClientKillTest, testing::Values(1U, 4U), [](const auto& tested) {
  return std::to_string(tested.param) + (tested.param == 1 ? "Shard" : "Shards");
});

}  // namespace
}  // namespace broadcast_hub::stress
