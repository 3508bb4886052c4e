// Memory is short for a moment: a connection may be lost, and what is published then, but the hub
// goes on. Every allocation that a hub makes in some minutes of its life fails once, one by one.

#include "support/allocation_count.hpp"
#include "support/client_frame.hpp"
#include "support/raw_client.hpp"
#include "support/sanitizers.hpp"

#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

/// A hub with three clients, of which some stall, that does a bit of everything.
class life {
 public:
  explicit life(scarce_memory& memory) : memory_(memory), hub_(options()) {
    hub_.on_open([](const connection& peer) {
      peer.subscribe("a.*");
      peer.subscribe("b");
      peer.subscribe("latest");
      peer.send("hello");
    });
    hub_.on_upgrade([](const upgrade_request& request, const upgrade_responder& responder) {
      if (request.path != "/undecided")
        responder.reply(upgrade_reply::accept());
    });
    hub_.on_message([this](const connection& peer, std::string_view text) {
      publish("a.x", text);
      publish("b", text);
      peer.send(text);
      publish("default", "all");
      if (text == "leave")
        peer.unsubscribe("a.*");
    });
    listen_options where;
    where.sockets.send_buffer_bytes = 4096;
    where.permessage_deflate = true;
    port_ = hub_.listen(where);
    hub_.poll();
  }

  void run() {
    for (auto& each : clients_) {
      each.emplace(port_, tiny_buffer);
      each->send(handshake_request("/", &each == &clients_[2] ? deflate_offer : ""));
      poll();
    }
    for (auto& each : clients_)
      tell(*each, "hi");
    const std::string large(30'000, 'x');
    for (int i = 0; i < 10; ++i) {
      when_scarce([&] { publish("default", large); });
      when_scarce([&] { publish("a.x", "small"); });
      poll();
    }
    for (int i = 0; i < 3; ++i)
      when_scarce([&] { publish("latest", large); });
    say("not HTTP\r\n\r\n");
    say(handshake_request("/undecided"));
    tell(*clients_[1], "leave");
    clients_[0]->reset();
    poll();
    std::vector<char> sink(100'000);
    for (int i = 0; i < 10; ++i) {
      clients_[1]->read_some(sink);
      clients_[2]->read_some(sink);
      poll();
    }
    when_scarce([&] { publish("a.y", large); });
    clients_[1]->reset();
    poll();
  }

  /// The same for clients that speak bhub.v1.
  void run_protocol() {
    clients_publish_ = true;
    const std::string offer = "Sec-WebSocket-Protocol: bhub.v1\r\n";
    for (auto& each : clients_) {
      each.emplace(port_);
      each->send(handshake_request("/", &each == &clients_[2] ? offer + deflate_offer : offer));
      poll();
    }
    for (auto& each : clients_)
      tell(*each, R"({"id":1,"sub":{"kept":{"presence":true,"last":5},"a.*":{}}})");
    const std::string large = '"' + std::string(3'000, 'x') + '"';
    for (int i = 0; i < 3; ++i)
      tell(*clients_[0], R"({"id":2,"pub":"kept","d":)" + large + R"(,"key":"k)" +
                             std::to_string(i / 2) + R"("})");
    when_scarce([&] { publish("kept", "no JSON"); });
    when_scarce([&] { publish("a.x", "[1]"); });
    poll();
    tell(*clients_[1], R"({"id":3,"unsub":["kept","a.*"]})");
    when_scarce([&] { publish("kept", "2"); });
    tell(*clients_[1], R"({"id":4,"sub":{"kept":{"e":")" + std::string("0") + R"(","o":1}}})");
    tell(*clients_[1], R"({"id":5,"history":"kept"})");
    tell(*clients_[1], R"({"id":6,"presence":"kept"})");
    tell(*clients_[2], R"({"msg":{"leave":1}})");
    tell(*clients_[2], R"({"id":7,"nonsense")");
    clients_[0]->reset();
    poll();
  }

  /// Memory is there again: somebody new must get all that there is to get.
  testing::AssertionResult serves_a_newcomer() {
    std::string received;
    raw_client client(port_);
    client.send(handshake_request());
    if (!comes(client, received, {"hello"}))
      return testing::AssertionFailure() << "no greeting, but: " << received;
    publish("a.x", "from a.x");
    publish("a.z", "from a.z");
    publish("b", "from b");
    publish("default", "from all");
    if (!comes(client, received, {"from a.x", "from a.z", "from b", "from all"}))
      return testing::AssertionFailure() << "incomplete: " << received;
    return testing::AssertionSuccess();
  }

  /// There is no memory left at all.
  void stop_without_memory() {
    scarce_memory none{0, std::numeric_limits<unsigned>::max()};
    const with_scarce_memory scope(none);
    hub_.stop(1ms);
  }

  void expect_clean_end() {
    hub_.stop(1ms);
    const hub_stats stats = hub_.stats();
    EXPECT_EQ(stats.connections_open, 0U);
    EXPECT_EQ(stats.sockets_open, 0U);
    EXPECT_EQ(stats.connections_opened, stats.connections_closed);
    EXPECT_EQ(stats.pending, 0U);
    EXPECT_EQ(stats.offered, stats.deliveries + stats.dropped_oldest + stats.dropped_superseded +
                                 stats.dropped_at_end);
    if (!clients_publish_) {
      EXPECT_EQ(stats.offered, pairs_) << "what the publisher was told";
    }
  }

 private:
  static constexpr int tiny_buffer = 4096;

  static hub_options options() {
    hub_options chosen;
    chosen.topics.defaults.slow_consumers = slow_consumer_policy::drop_oldest;
    chosen.topics.defaults.max_lag_bytes = 64 * 1024;
    topic_rule latest{"latest", chosen.topics.defaults};
    latest.options.slow_consumers = slow_consumer_policy::latest;
    latest.options.history.max_publications = 2;
    chosen.topics.rules.push_back(latest);
    topic_rule kept{"kept", chosen.topics.defaults};
    kept.options.history.max_publications = 5;
    kept.options.presence.enabled = true;
    kept.options.allow_client_publish = true;
    chosen.topics.rules.push_back(kept);
    chosen.log.sink = [](const log_record&) {};
    chosen.log.level = log_level::trace;
    return chosen;
  }

  template <typename Work>
  void when_scarce(Work work) {
    run_with_scarce_memory(memory_, work);
  }

  void publish(std::string_view topic, std::string_view text) {
    pairs_ += hub_.publish(topic, text).subscribers;
  }

  void poll() {
    when_scarce([this] {
      while (hub_.poll() > 0) {
      }
    });
  }

  void tell(raw_client& client, std::string_view text) {
    try {
      client.send(client_frame(opcode::text, text));
    } catch (const std::exception&) {  // it may have lost its connection
    }
    poll();
  }

  /// Somebody else does, and gets an answer or none.
  void say(const std::string& request) {
    raw_client other(port_);
    other.send(request);
    poll();
    poll();
  }

  bool comes(raw_client& client, std::string& received, const std::vector<std::string>& wanted) {
    std::vector<char> room(100'000);
    return eventually(
        [&] {
          hub_.poll();
          received.append(room.data(), client.read_some(room));
          return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& each) {
            return received.find(each) != std::string::npos;
          });
        },
        5s);
  }

  scarce_memory& memory_;
  hub hub_;
  std::uint16_t port_ = 0;
  std::uint64_t pairs_ = 0;  // of a publication and a subscriber
  bool clients_publish_ = false;
  std::array<std::optional<raw_client>, 3> clients_;
};

constexpr unsigned only_each = with_thread_sanitizer ? 8 : 1;

class ScarceMemoryTest : public testing::TestWithParam<unsigned> {
 protected:
  void fail_one_by_one(void (life::*run)()) {
    std::uint64_t allocations = 0;
    // What fails in a row is failed once, in one row or another; but see `only_each`.
    for (;; allocations += GetParam() * only_each) {
      SCOPED_TRACE("after " + std::to_string(allocations) + " allocations");
      scarce_memory memory{allocations, GetParam()};
      life one(memory);
      (one.*run)();
      if (memory.left > 0)
        break;  // it needed no more than that
      ASSERT_TRUE(one.serves_a_newcomer());
      one.expect_clean_end();
      if (HasFailure())
        break;
    }
    EXPECT_GT(allocations, 100U);
  }
};

TEST_P(ScarceMemoryTest, TheHubGoesOnWhereverItFails) {
  fail_one_by_one(&life::run);
}

TEST_P(ScarceMemoryTest, TheHubGoesOnWithClientsOfTheProtocol) {
  fail_one_by_one(&life::run_protocol);
}

TEST(ScarceMemoryStopTest, AStopNeedsNone) {
  scarce_memory ample{std::numeric_limits<std::uint64_t>::max(), 1};
  life one(ample);
  one.run();
  one.stop_without_memory();
  one.expect_clean_end();
}

// Once the message stayed with the peers before the one that there was no memory for.
TEST(ScarceMemoryPeersTest, WhatFailsForOneComesToTheOthers) {
  constexpr std::size_t peers = 4;
  bool failed = false;
  for (std::uint64_t allocations = 0; allocations < 20; ++allocations) {
    hub all;
    const std::uint16_t port = all.listen(0);
    all.poll();
    std::vector<std::string> received(peers);
    std::deque<raw_client> clients;
    const auto poll_and_read = [&] {
      std::vector<char> room(4096);
      all.poll();
      for (std::size_t i = 0; i < peers; ++i)
        received[i].append(room.data(), clients[i].read_some(room));
    };
    for (std::size_t i = 0; i < peers; ++i)
      clients.emplace_back(port).send(handshake_request());
    ASSERT_TRUE(eventually([&] { return poll_and_read(), all.connection_count() == peers; }, 5s));
    ASSERT_FALSE(all.broadcast_if([](const connection&) { return true; }, "to everybody"));
    {
      scarce_memory memory{allocations, 1};
      const with_scarce_memory scope(memory);
      all.poll();
      failed = failed || memory.left == 0;
    }
    const auto is_served = [](const std::string& each) {
      return each.find("to everybody") != std::string::npos;
    };
    EXPECT_TRUE(eventually(
        [&] {
          poll_and_read();
          const auto served = std::count_if(received.begin(), received.end(), is_served);
          return static_cast<std::size_t>(served) >= all.connection_count() && served >= 3;
        },
        5s))
        << "after " << allocations << " allocations";
  }
  EXPECT_TRUE(failed);
}

INSTANTIATE_TEST_SUITE_P(InARow, ScarceMemoryTest, testing::Values(1, 3));

}  // namespace
}  // namespace broadcast_hub::test
