#include "server_frames.hpp"
#include "session/outbox.hpp"
#include "support/topic_shard.hpp"
#include "topic/name.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/error.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

constexpr std::array<const char*, 7> topics{"a.x", "a.y", "b.x", "b.y", "b.z.w", "c", "d"};
constexpr std::array<const char*, 11> wanted{"a.x", "a.y", "b.x", "b.y", "b.z.w", "c",
                                             "d",   "a.*", "b.>", ">",   "*.x"};

topics_options options() {
  topics_options chosen;
  topic_options oldest;
  oldest.slow_consumers = slow_consumer_policy::drop_oldest;
  oldest.max_lag_bytes = 1024;
  topic_options latest;
  latest.slow_consumers = slow_consumer_policy::latest;
  topic_options strict;
  strict.max_lag_bytes = 2048;
  chosen.defaults.max_lag = std::chrono::milliseconds(0);
  chosen.rules = {{"b.>", oldest}, {"c", latest}, {"d", strict}};
  chosen.max_subscriptions = 6;
  chosen.linger = std::chrono::seconds(60);
  return chosen;
}

bool loses(std::size_t topic) {
  return topics[topic][0] == 'b' || topics[topic][0] == 'c';
}

/// One client: what it is subscribed to, what it should get, what it got.
struct client {
  client(topic::reader& reader, std::uint32_t slot, topic::lane_kind which) : lane(which) {
    out.join_topics(reader, slot, which);
  }

  bool wants(std::size_t topic) const {
    return std::any_of(subscriptions.begin(), subscriptions.end(), [&](const std::string& each) {
      return topic::matches(each, topics[topic]);
    });
  }

  topic::lane_kind lane;
  outbox out;
  std::set<std::string> subscriptions;
  std::map<std::size_t, std::vector<std::uint64_t>> expected;  // by topic
  std::set<std::size_t> incomplete;                            // topics of which some were dropped
  std::string received;
  int directs = 0;
  bool ended = false;
};

/// What happened in all worlds together.
struct happenings {
  std::uint64_t dropped_oldest = 0;
  std::uint64_t dropped_superseded = 0;
  std::uint64_t dropped_at_end = 0;
  std::uint64_t disconnected = 0;
};

/// Some clients of one shard under random load, beside what a simple list for each client and topic
/// says that they should receive.
class world {
 public:
  explicit world(unsigned seed) : random_(seed) {
    for (std::uint32_t slot = 0; slot < clients_.size(); ++slot)
      open(slot);
  }

  void run(int steps) {
    for (int step = 0; step < steps && !testing::Test::HasFatalFailure(); ++step)
      act();
    for (auto& each : clients_)
      end(*each);
    check_totals();
  }

  void add_to(happenings& all) const {
    const topic::tally& count = shard_.reader.count();
    all.dropped_oldest += count.dropped_oldest.value();
    all.dropped_superseded += count.dropped_superseded.value();
    all.dropped_at_end += count.dropped_at_end.value();
    all.disconnected += disconnected_;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  client& any() { return *clients_[below(clients_.size())]; }

  void open(std::uint32_t slot) {
    const auto lane = below(3) == 0 ? topic::lane_kind::deflated : topic::lane_kind::raw;
    clients_[slot] = std::make_unique<client>(shard_.reader, slot, lane);
  }

  void act() {
    const auto roll = below(1000);
    if (roll < 300) {
      publish(below(topics.size()));
    } else if (roll < 350) {
      subscribe(any());
    } else if (roll < 390) {
      unsubscribe(any());
    } else if (roll < 750) {
      walk(1 + below(4));
    } else if (roll < 850) {
      client& who = any();
      who.out.unblock();
      flush(who);
    } else if (roll < 950) {
      direct(any());
    } else if (roll < 970) {
      patrol();
    } else if (roll < 985) {
      leave();
    } else if (roll < 990) {
      shard_.now += std::chrono::seconds(40);
      shard_.registry.sweep(shard_.now);
      std::erase_if(known_,
                    [&](std::size_t topic) { return !shard_.registry.find(topics[topic]); });
    } else {
      any().out.block();
    }
  }

  void publish(std::size_t topic) {
    const std::uint64_t number = ++published_[topic];
    const std::string payload = std::to_string(topic) + ":" + std::to_string(number) + " " +
                                std::string(below(30) == 0 ? below(900) : below(40), '.');
    const std::string raw = wire::make_frame(wire::opcode::text, payload);
    const std::string deflated = wire::make_frame(wire::opcode::binary, payload);
    topic::encoded publication;
    publication.header = std::string_view(raw).substr(0, 2);
    publication.payload = std::string_view(raw).substr(2);
    publication.deflate_tried = true;
    publication.deflated = deflated;
    const auto result = shard_.registry.open(topics[topic]).found->append(publication, shard_.now);
    ASSERT_EQ(result.what, topic::topic::append_result::outcome::appended);
    ASSERT_EQ(result.offset, number);
    std::size_t subscribers = 0;
    for (auto& each : clients_) {
      if (each->ended || !each->wants(topic))
        continue;
      ++subscribers;
      each->expected[topic].push_back(number);
    }
    // A topic that was just made knows its subscribers by pattern only roughly.
    if (known_.contains(topic)) {
      ASSERT_EQ(result.subscribers, subscribers) << topics[topic];
    }
  }

  void subscribe(client& who) {
    if (who.ended)
      return;
    const std::string name = wanted[below(wanted.size())];
    const std::error_code error = who.out.subscribe(name);
    if (who.subscriptions.contains(name)) {
      ASSERT_EQ(error, errc::already_subscribed);
    } else if (who.subscriptions.size() == shard_.options.max_subscriptions) {
      ASSERT_EQ(error, errc::too_many_subscriptions);
    } else {
      ASSERT_FALSE(error) << error.message();
      who.subscriptions.insert(name);
    }
  }

  void unsubscribe(client& who) {
    if (who.ended)
      return;
    const std::string name = wanted[below(wanted.size())];
    if (!who.subscriptions.contains(name)) {
      ASSERT_EQ(who.out.unsubscribe(name), errc::not_subscribed);
      return;
    }
    const bool blocked = who.out.blocked();
    ASSERT_FALSE(who.out.unsubscribe(name));
    who.subscriptions.erase(name);
    for (std::size_t topic = 0; topic < topics.size(); ++topic) {
      if (blocked && topic::matches(name, topics[topic]) && !who.wants(topic))
        who.incomplete.insert(topic);
    }
  }

  void walk(std::size_t slice) {
    const bool fresh = !shard_.reader.walking();
    const bool walking = shard_.reader.begin_walk();
    if (fresh)
      learn_topics();
    if (!walking)
      return;
    using kind = topic::reader::visit::kind;
    while (slice-- > 0) {
      const topic::reader::visit next = shard_.reader.next();
      if (next.what == kind::over) {
        if (shard_.reader.end_walk(shard_.now))
          patrol();
        return;
      }
      visit(*clients_[next.slot], next);
    }
  }

  void learn_topics() {
    for (std::size_t topic = 0; topic < topics.size(); ++topic) {
      if (shard_.registry.find(topics[topic]))
        known_.insert(topic);
      else
        known_.erase(topic);
    }
  }

  void visit(client& who, const topic::reader::visit& next) {
    if (next.what == topic::reader::visit::kind::common) {
      ASSERT_FALSE(who.out.blocked());
      ASSERT_TRUE(who.out.empty());
      std::string bytes;
      for (const iovec& piece : shard_.reader.common_bytes())
        bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
      ASSERT_EQ(bytes.size(), shard_.reader.common_size());
      if (below(4) > 0) {
        who.received += bytes;
        shard_.reader.count_common_delivery();
        return;
      }
      const std::size_t sent = below(bytes.size());
      who.received.append(bytes, 0, sent);
      who.out.offer_walk();
      who.out.advance(sent);
      who.out.block();
      return;
    }
    who.out.offer_walk();
    who.out.blocked() ? enforce(who) : flush(who);
  }

  void enforce(client& who) {
    if (who.ended)
      return;
    if (who.out.patrol(shard_.now, 1U << 20U)) {
      ++disconnected_;
      who.out.cut_short_with(share(wire::make_close_frame(close_code::slow_consumer, {})));
      who.ended = true;
    }
  }

  void patrol() {
    shard_.reader.patrol([this](std::uint32_t slot) { enforce(*clients_[slot]); });
  }

  void flush(client& who) {
    if (who.out.blocked())
      return;
    std::array<iovec, 8> pieces;
    for (;;) {
      const std::size_t used = who.out.gather({pieces.data(), 1 + below(pieces.size())});
      if (used == 0)
        break;
      std::string bytes;
      for (std::size_t i = 0; i < used; ++i)
        bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
      const std::size_t sent = below(3) == 0 ? below(bytes.size() + 1) : bytes.size();
      who.received.append(bytes, 0, sent);
      who.out.advance(sent);
      if (sent < bytes.size())
        return who.out.block();
    }
    who.out.rest(static_cast<int>(below(100)));
  }

  void direct(client& who) {
    if (who.ended)
      return;
    const std::string payload = "d:" + std::to_string(++who.directs);
    who.out.push(outbox::kind::direct, share(wire::make_frame(wire::opcode::text, payload)));
  }

  void leave() {
    const auto slot = static_cast<std::uint32_t>(below(clients_.size()));
    client& who = *clients_[slot];
    if (below(2) == 0) {
      end(who);
    } else {
      who.out.drop_all();
      who.ended = true;
      check(who, false);
    }
    open(slot);
  }

  /// The client reads everything and leaves.
  void end(client& who) {
    who.out.unblock();
    if (!who.ended) {
      who.out.finish_with(share(wire::make_close_frame(close_code::normal, {})));
    }
    while (!who.out.empty()) {
      who.out.unblock();
      flush(who);
    }
    check(who, !who.ended);
    who.ended = true;
  }

  void check(const client& who, bool complete) {
    std::map<std::size_t, std::vector<std::uint64_t>> got;
    int directs = 0;
    for (const std::string& frame : broadcast_hub::test::server_frames(who.received)) {
      if (frame.starts_with("close:") || frame == "cut off")
        continue;
      const std::size_t colon = frame.find(':');
      if (frame.starts_with("text:d:")) {
        ASSERT_EQ(std::stoi(frame.substr(7)), ++directs) << frame;
        continue;
      }
      const char* const kind = who.lane == topic::lane_kind::raw ? "text" : "binary";
      ASSERT_EQ(frame.substr(0, colon), kind) << frame;
      const std::size_t topic = std::stoul(frame.substr(colon + 1));
      got[topic].push_back(std::stoull(frame.substr(frame.find(':', colon + 1) + 1)));
      ++received_;
    }
    for (const auto& [topic, numbers] : got) {
      const auto expected = who.expected.find(topic);
      ASSERT_NE(expected, who.expected.end());
      ASSERT_TRUE(std::is_sorted(numbers.begin(), numbers.end(), std::less_equal<>()));
      ASSERT_TRUE(std::includes(expected->second.begin(), expected->second.end(), numbers.begin(),
                                numbers.end()))
          << topics[topic];
    }
    if (!complete)
      return;
    ASSERT_EQ(directs, who.directs);
    for (const auto& [topic, numbers] : who.expected) {
      if (!loses(topic) && !who.incomplete.contains(topic)) {
        ASSERT_EQ(got[topic], numbers) << topics[topic];
      }
    }
  }

  void check_totals() {
    const topic::tally& count = shard_.reader.count();
    ASSERT_EQ(count.delivered.value(), received_);
    ASSERT_EQ(count.offered.value(), count.delivered.value() + count.dropped_oldest.value() +
                                         count.dropped_superseded.value() +
                                         count.dropped_at_end.value());
    walk(1000);
    shard_.reader.begin_walk();  // lets go of what nobody reads any more
    ASSERT_EQ(shard_.reader.topics_held(), 0U);
    ASSERT_EQ(shard_.registry.budget().used(), 0U);
    for (const char* each : topics) {
      if (const auto topic = shard_.registry.find(each)) {
        ASSERT_EQ(topic->subscribers(), 0U) << each;
      }
    }
  }

  std::mt19937 random_;
  broadcast_hub::test::topic_shard shard_{&wire::frame_size, options()};
  std::array<std::unique_ptr<client>, 6> clients_;
  std::map<std::size_t, std::uint64_t> published_;
  std::set<std::size_t> known_;
  std::uint64_t received_ = 0;
  std::uint64_t disconnected_ = 0;
};

// A million steps in all.
TEST(FanOutModelTest, EverybodyGetsWhatASimpleListSays) {
  happenings all;
  for (unsigned seed = 1; seed <= 500; ++seed) {
    world one(seed);
    one.run(2000);
    if (testing::Test::HasFatalFailure()) {
      FAIL() << "seed " << seed;
    }
    one.add_to(all);
  }
  EXPECT_GT(all.dropped_oldest, 0U);
  EXPECT_GT(all.dropped_superseded, 0U);
  EXPECT_GT(all.dropped_at_end, 0U);
  EXPECT_GT(all.disconnected, 0U);
}

}  // namespace
}  // namespace broadcast_hub::session
