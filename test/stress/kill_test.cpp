// Connections die in all ways and at all points while publishers go on and the server is restarted:
// whatever is missing has been told, and nothing comes twice.

#include "crowd.hpp"
#include "granted_publishers.hpp"
#include "integration/hub/accounts.hpp"
#include "killing.hpp"
#include "progress.hpp"
#include "restartable_server.hpp"
#include "support/base_seed.hpp"
#include "support/descriptor_limit.hpp"
#include "support/environment.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>

namespace broadcast_hub::stress {
namespace {

using namespace std::chrono_literals;

hub_options options(unsigned shards, std::size_t clients) {
  topic_options topic;
  topic.max_lag = 5s;  // of half-open connections
  topic.history.max_publications = 20'000;
  topic.history.max_bytes = std::size_t{32} << 20U;
  return hub_of_the_killed(shards, clients, topic);
}

listen_options listening() {
  listen_options chosen;
  chosen.address = "127.0.0.1";
  chosen.permessage_deflate = true;
  chosen.sockets.send_buffer_bytes = std::size_t{64} * 1024;
  return chosen;
}

class KillTest : public testing::TestWithParam<unsigned> {
 protected:
  KillTest()
      : clients_(test::number_from_environment("BROADCAST_HUB_KILL_CLIENTS", 60)),
        kills_(test::number_from_environment("BROADCAST_HUB_KILLS", 400)),
        server_(options(GetParam(), clients_), listening()),
        crowd_(server_.port(), {clients_, topics, topics_each, 20ms, test::base_seed()}),
        publishers_(server_, topics, test::base_seed()) {
    benchmark::raise_descriptor_limit();
  }

  void kill_amid_publications() {
    crowd_.kill(kills_);
    unsigned restarted = 0;
    run_until(crowd_, "all have died who were to die", [&] {
      publish_unless_behind();
      if (server_.has_stopped()) {
        finish_life();
        server_.restart();
      } else if (!server_.is_stopping() && restarted < restarts &&
                 crowd_.counts().kills >= kills_ * (restarted + 1) / (restarts + 1)) {
        server_.begin_stop(1s);  // half-open connections do not answer
        ++restarted;
      }
      return crowd_.kills_left() == 0 && !server_.is_stopping() && restarted == restarts;
    });
    publishers_.join();
  }

  void catch_up() { run_until_caught_up(crowd_, publishers_, server_.life()); }

  /// All miss the same, and nobody misses anything else: what the server does for them is known.
  void miss_and_resume() {
    crowd_.close_forgotten();
    crowd_.send_away();
    run_until(crowd_, "all are gone", [&] { return now().sockets_open == 0; });
    publishers_.publish_on_each(missed_at_the_end);
    const hub_stats before = now();
    const view_counts views = crowd_.views();
    crowd_.let_come();
    catch_up();
    const hub_stats after = now();
    const std::uint64_t subscriptions = clients_ * topics_each;
    const std::uint64_t too_late = crowd_.views().gap_on_short_topic - views.gap_on_short_topic;
    EXPECT_EQ(too_late, short_topic_subscribers());
    EXPECT_EQ(crowd_.views().recovered - views.recovered, subscriptions - too_late);
    EXPECT_EQ(after.recovered - before.recovered, subscriptions - too_late);
    EXPECT_EQ(after.not_recovered - before.not_recovered, too_late);
    EXPECT_EQ(after.replayed - before.replayed, (subscriptions - too_late) * missed_at_the_end);
    EXPECT_EQ(after.publications, before.publications);
    EXPECT_EQ(after.envelopes, before.envelopes) << "encoded again to be sent again";
    EXPECT_EQ(after.compressions, before.compressions) << "compressed again to be sent again";
  }

  void stop() {
    server_.begin_stop(20s);
    run_until(crowd_, "the server stops", [&] { return server_.has_stopped(); });
    finish_life();
  }

  /// What servers have done in all lives.
  struct totals {
    std::uint64_t publications = 0;
    std::uint64_t recovered = 0;
    std::uint64_t not_recovered = 0;
    std::uint64_t replayed = 0;
    std::uint64_t offered = 0;
    std::uint64_t slow_consumers = 0;
    std::uint64_t idle_timeouts = 0;
  };
  const totals& all_lives() const { return totals_; }

  void print() const;

  const std::size_t clients_;
  const std::uint64_t kills_;
  restartable_server server_;
  crowd crowd_;
  granted_publishers publishers_;

 private:
  hub_stats now() {
    return server_.use([](hub& hub, std::uint64_t) { return hub.stats(); });
  }

  std::uint64_t short_topic_subscribers() const {
    std::uint64_t count = 0;
    for (const resuming_client& client : crowd_.clients()) {
      for (const topic_view& view : client.views())
        count += view.topic() == short_topic ? 1 : 0;
    }
    return count;
  }

  /// As fast as clients read: no clock has a say.
  void publish_unless_behind() {
    constexpr std::uint64_t each_may_be_behind = 40;
    constexpr std::size_t at_a_time = 8;
    if (behind(crowd_, publishers_, server_.life()) < clients_ * each_may_be_behind)
      publishers_.grant(at_a_time);
  }

  void finish_life() {
    const hub_stats last = server_.finish_stop();
    EXPECT_EQ(last.offered, test::done_pairs(last)) << "life " << server_.life();
    EXPECT_EQ(last.offered, publishers_.pairs(server_.life()) + last.replayed)
        << "life " << server_.life();
    EXPECT_EQ(last.pending, 0U);
    EXPECT_EQ(last.sockets_open, 0U);
    EXPECT_EQ(last.envelopes, last.publications);
    EXPECT_LE(last.compressions, last.publications);
    EXPECT_GT(last.compressions, 0U);
    EXPECT_EQ(last.protocol_errors, 0U);
    EXPECT_EQ(last.command_faults, 0U);
    EXPECT_EQ(last.handler_failures, 0U);
    EXPECT_EQ(last.overloads, 0U);
    totals_.publications += last.publications;
    totals_.recovered += last.recovered;
    totals_.not_recovered += last.not_recovered;
    totals_.replayed += last.replayed;
    totals_.offered += last.offered;
    totals_.slow_consumers += last.slow_consumers;
    totals_.idle_timeouts += last.idle_timeouts;
  }

  totals totals_;
};

void KillTest::print() const {
  const crowd_counts& counts = crowd_.counts();
  const view_counts& views = crowd_.views();
  std::cout << clients_ << " clients, " << counts.kills << " kills";
  for (std::size_t i = 0; i < kill_methods; ++i)
    std::cout << ", " << kill_method_names[i] << " " << counts.kills_by_method[i];
  std::cout << "\nconnections " << counts.connected << ", attempts without a server "
            << counts.attempts_failed << ", ended by the server";
  for (const auto& [code, count] : counts.closed)
    std::cout << " " << code << ": " << count;
  std::cout << "\npublications " << totals_.publications << ", delivered " << views.delivered
            << ", of those announced as stored " << views.replayed << "\nresumed "
            << views.recovered << ", rec:false " << views.not_recovered() << ": epoch "
            << views.other_epoch << ", gap " << views.gap << ", limit " << views.limit
            << "\nservers: offered " << totals_.offered << ", replayed " << totals_.replayed
            << ", recovered " << totals_.recovered << ", not recovered " << totals_.not_recovered
            << ", slow consumers " << totals_.slow_consumers << ", idle " << totals_.idle_timeouts
            << std::endl;  // NOLINT(performance-avoid-endl): live
}

TEST_P(KillTest, NothingIsMissedSilentlyAndNothingComesTwice) {
  kill_amid_publications();
  catch_up();
  miss_and_resume();
  stop();
  print();
  const crowd_counts& counts = crowd_.counts();
  const view_counts& views = crowd_.views();
  EXPECT_EQ(counts.kills, kills_);
  for (std::size_t i = 0; i < kill_methods; ++i)
    EXPECT_GT(counts.kills_by_method[i], 0U) << kill_method_names[i];
  EXPECT_EQ(all_lives().publications, publishers_.published());
  // Some answers die on their way.
  EXPECT_GE(all_lives().recovered, views.recovered);
  EXPECT_GE(all_lives().not_recovered, views.not_recovered());
  EXPECT_GE(views.other_epoch, clients_ * topics_each);
  EXPECT_EQ(views.gap, views.gap_on_short_topic);  // all others keep everything
  EXPECT_EQ(views.limit, 0U);
}

INSTANTIATE_TEST_SUITE_P(Stress, KillTest, testing::Values(1U, 4U), [](const auto& tested) {
  return std::to_string(tested.param) + (tested.param == 1 ? "Shard" : "Shards");
});

}  // namespace
}  // namespace broadcast_hub::stress
