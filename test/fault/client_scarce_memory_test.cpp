// Memory is short for a moment in a client: its connection may be lost, but it comes back and
// misses nothing, and what it cannot do it says. Every allocation of a short life fails once, one
// by one.

#include "support/allocation_count.hpp"

#include <broadcast_hub/client.hpp>
#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <string>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

/// A client that does a bit of everything at a hub on the same thread, for which memory is ample.
/// Handlers of the client note what they are told without needing any.
class client_life {
 public:
  explicit client_life(scarce_memory& memory) : memory_(memory), hub_(hub_options_used()) {
    hub_.on_open([this](const connection& peer) {
      peer.subscribe("made.by.hub");
      peer.send("hello");
      peer_ = peer;
    });
    port_ = hub_.listen(0);
    for (int i = 0; i < 3; ++i)
      hub_.publish("news", "past");
    when_scarce([this] { one_.emplace(client_options_used()); });
  }

  void run() {
    if (!one_)
      return;  // there was no memory to make it
    when_scarce([this] { set_handlers(); });
    when_scarce([this] {
      subscribe_options from;
      from.last = 2;
      from.presence = true;
      news_.wanted = !one_->subscribe("news", from);
    });
    when_scarce([this] { pattern_.wanted = !one_->subscribe("a.*"); });
    publish();
    when_scarce([this] {
      presence_.asked +=
          !one_->presence("news", [this](const client_presence_result&) { ++presence_.answered; });
    });
    settle();
    when_scarce([this] {
      history_.asked +=
          !one_->history("news", {}, [this](const client_history_result&) { ++history_.answered; });
    });
    publish();
    when_scarce([this] { one_->send("hello"); });
    const std::string large(20'000, 'x');
    hub_.publish("news", large);
    hub_.publish("a.x", "[1]");
    hub_.publish("made.by.hub", "2");
    settle();
    peer_.close(close_code{4000}, "lost");
    settle();
    when_scarce([this] { one_->unsubscribe("other"); });
    publish();
    settle();
  }

  /// Memory is there again.
  void expect_that_it_goes_on() {
    if (!one_)
      return;
    EXPECT_TRUE(turn_until([this] { return is_settled(); })) << what_is_awaited();
    EXPECT_TRUE(turn_until([this] {
      // Until the client has subscribed again nobody hears it.
      hub_.publish("news", "from now on");
      hub_.publish("a.x", "from now on");
      return hears(news_) && hears(pattern_);
    })) << "news "
        << news_.live << ", a.* " << pattern_.live;
  }

  void expect_clean_end() {
    if (!one_)
      return;
    {
      scarce_memory none{0, std::numeric_limits<unsigned>::max()};
      const with_scarce_memory scope(none);
      one_->stop();
    }
    EXPECT_EQ(one_->state(), client_state::closed);
    EXPECT_TRUE(all_answered());
    EXPECT_EQ(news_.twice, 0U);
    EXPECT_EQ(news_.gaps, 0U);
    one_.reset();
  }

 private:
  /// What became of a subscription.
  struct heard {
    bool wanted = false;
    bool ended = false;
    std::size_t live = 0;  ///< publications since memory is there again
    std::uint64_t last = 0;
    std::size_t twice = 0;
    std::size_t gaps = 0;
  };
  struct called {
    int asked = 0;
    int answered = 0;
  };

  static hub_options hub_options_used() {
    hub_options chosen;
    chosen.topics.defaults.history.max_publications = 1000;
    chosen.topics.defaults.presence.enabled = true;
    chosen.topics.defaults.allow_client_publish = true;
    chosen.protocol.retry_min = chosen.protocol.retry_max = 1ms;
    return chosen;
  }

  client_options client_options_used() const {
    client_options chosen;
    chosen.url = "ws://127.0.0.1:" + std::to_string(port_) + "/";
    chosen.retry_min = chosen.retry_max = 1ms;
    chosen.close_timeout = 1ms;
    chosen.log.sink = [](const log_record&) {};
    chosen.log.level = log_level::trace;
    return chosen;
  }

  void set_handlers() {
    one_->on_state([](const client_state_event&) {});
    one_->on_subscribed([this](const client_subscribed_event& event) {
      if (event.topic == "news" && event.position) {
        news_.gaps += !event.recovered && event.why != "first";
        if (!event.recovered)
          news_.last = event.position->offset;
      }
    });
    one_->on_unsubscribed([this](const client_unsubscribed_event& event) {
      (event.topic == "news" ? news_ : pattern_).ended = true;
    });
    one_->on_publication([this](const client_publication& what) {
      if (what.topic == "news") {
        news_.twice += what.offset <= news_.last;
        news_.gaps += what.offset > news_.last + 1;
        news_.last = what.offset;
      }
      if (what.payload == "from now on")
        ++(what.topic == "news" ? news_ : pattern_).live;
    });
    one_->on_presence([](const client_presence_event&) {});
    one_->on_message([](const message&) {});
    has_handlers_ = true;
  }

  void publish() {
    when_scarce([this] {
      const auto error =
          one_->publish("news", R"({"by":"client"})", message_kind::text,
                        [this](const client_publish_result&) { ++published_.answered; });
      published_.asked += !error;
    });
  }

  bool is_settled() const { return one_->state() == client_state::open && all_answered(); }

  std::string what_is_awaited() const {
    return "state " + std::to_string(static_cast<int>(one_->state())) + ", published " +
           std::to_string(published_.answered) + " of " + std::to_string(published_.asked) +
           ", presence " + std::to_string(presence_.answered) + " of " +
           std::to_string(presence_.asked) + ", history " + std::to_string(history_.answered) +
           " of " + std::to_string(history_.asked);
  }

  bool all_answered() const {
    return published_.asked == published_.answered && presence_.asked == presence_.answered &&
           history_.asked == history_.answered;
  }

  bool hears(const heard& what) const {
    return !has_handlers_ || !what.wanted || what.ended || what.live > 0;
  }

  template <typename Work>
  void when_scarce(Work work) {
    run_with_scarce_memory(memory_, work);
  }

  void turn() {
    hub_.poll();
    when_scarce([this] { one_->poll(); });
  }

  /// Until nothing is under way.
  void settle() {
    EXPECT_TRUE(turn_until([this] { return is_settled(); })) << what_is_awaited();
    for (int i = 0; i < 20; ++i)
      turn();
  }

  template <typename Condition>
  bool turn_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      turn();
    }
    return true;
  }

  scarce_memory& memory_;
  hub hub_;
  std::uint16_t port_ = 0;
  connection peer_;
  bool has_handlers_ = false;
  heard news_;
  heard pattern_;
  called published_;
  called presence_;
  called history_;
  std::optional<client> one_;
};

class ClientScarceMemoryTest : public testing::TestWithParam<unsigned> {};

TEST_P(ClientScarceMemoryTest, TheClientGoesOnWhereverItFails) {
  std::uint64_t allocations = 0;
  for (;; allocations += GetParam()) {
    SCOPED_TRACE("after " + std::to_string(allocations) + " allocations");
    scarce_memory memory{allocations, GetParam()};
    client_life one(memory);
    one.run();
    const bool over = memory.left > 0;
    one.expect_that_it_goes_on();
    one.expect_clean_end();
    if (over || HasFailure())
      break;  // it needed no more than that
  }
  EXPECT_GT(allocations, 100U);
}

INSTANTIATE_TEST_SUITE_P(InARow, ClientScarceMemoryTest, testing::Values(1, 3));

}  // namespace
}  // namespace broadcast_hub::test
