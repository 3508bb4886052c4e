// A client that resumes at random, in all lanes: it misses nothing, and gets nothing twice.

#include "fan_out_publication.hpp"
#include "session/outbox.hpp"
#include "support/base_seed.hpp"
#include "support/topic_shard.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace broadcast_hub::session {
namespace {

/// One topic as its client keeps it, by rules 1 and 2 of docs/reference/protocol.md.
struct position {
  std::uint64_t last = 0;
  std::uint64_t unanswered = 0;  ///< commands
  bool subscribed = false;
};

class resuming_world {
 public:
  resuming_world(unsigned seed, topic::lane_kind lane)
      : random_(seed), shard_(test::publication_format(), options()) {
    out_.join_topics(shard_.reader, 0, lane);
  }

  void run(int steps) {
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step)
      act();
    for (std::size_t topic = 0; topic < topics.size(); ++topic) {
      if (!positions_[topic].subscribed)
        resume(topic);
    }
    out_.offer_all();
    while (!testing::Test::HasFailure() && send(1000)) {
    }
    for (std::size_t topic = 0; topic < topics.size(); ++topic) {
      EXPECT_EQ(positions_[topic].unanswered, 0U);
      EXPECT_EQ(positions_[topic].last, published_[topic]) << topics[topic];
    }
    EXPECT_TRUE(received_.empty());
    const topic::tally& count = shard_.reader.count();
    EXPECT_EQ(count.offered.value(), count.delivered.value() + count.dropped_at_end.value());
    EXPECT_GT(again_, 0U);
  }

 private:
  static constexpr std::array<const char*, 3> topics{"a", "b", "c"};

  static topics_options options() {
    topics_options chosen;
    chosen.defaults.history.max_publications = 100'000;
    chosen.defaults.max_lag = std::chrono::milliseconds(0);
    return chosen;
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

  void act() {
    const std::size_t topic = below(topics.size());
    const auto roll = below(100);
    if (roll < 40) {
      publish(topic);
    } else if (roll < 50) {
      resume(topic);
    } else if (roll < 54) {
      unsubscribe(topic);
    } else if (roll < 60) {
      out_.push_ahead(wire::make_frame(wire::opcode::pong, {}));
    } else if (roll < 64) {
      out_.push(outbox::kind::direct, share(wire::make_frame(wire::opcode::text, "direct:1")));
    } else if (roll < 80) {
      shard_.walk([this](const auto&) { out_.offer_walk(); });
      EXPECT_FALSE(out_.enforce_policies(shard_.now));
    } else {
      send(below(400));
    }
  }

  void publish(std::size_t topic) {
    const test::publication made(topics[topic], ++published_[topic],
                                 below(10) == 0 ? below(400) : below(40));
    const auto result =
        shard_.registry.open(topics[topic]).found->append(made.encodings(), shard_.now);
    ASSERT_EQ(result.what, topic::topic::append_result::outcome::appended);
  }

  /// What the hub does with a `sub` that has a position; the client sees the answer later.
  void resume(std::size_t topic) {
    position& seen = positions_[topic];
    const std::error_code error = out_.subscribe(topics[topic]);
    ASSERT_EQ(!error, !seen.subscribed);
    seen.subscribed = true;
    ++seen.unanswered;
    const topic::standing at = out_.place_of(topics[topic]);
    const auto past = at.in->stored_between(seen.last, at.offset, at.most_again, shard_.now);
    ASSERT_TRUE(past.complete && !past.too_much);
    const std::uint64_t reached = std::max(at.offset, seen.last) - past.units;
    ASSERT_EQ(reached, seen.last);
    out_.push_reply(share(wire::make_frame(
        wire::opcode::text, "answer:" + std::to_string(topic) + std::to_string(reached))));
    out_.send_again(topics[topic], past);
    again_ += past.units;
  }

  /// The client does not, but for the end: what comes before is ignored.
  void unsubscribe(std::size_t topic) {
    if (positions_[topic].subscribed) {
      ASSERT_FALSE(out_.unsubscribe(topics[topic]));
    }
    positions_[topic].subscribed = false;
  }

  /// Returns whether there was something.
  bool send(std::size_t limit) {
    out_.unblock();
    std::array<iovec, 16> pieces;
    const std::size_t used = out_.gather({pieces.data(), 1 + below(pieces.size())});
    std::string bytes;
    for (std::size_t i = 0; i < used; ++i)
      bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    const std::size_t sent = std::min(bytes.size(), limit);
    out_.advance(sent);
    received_.append(bytes, 0, sent);
    read();
    if (sent < bytes.size())
      out_.block();
    else if (used == 0)
      out_.rest(5);
    return used > 0;
  }

  void read() {
    while (received_.size() >= 4 && received_.size() >= wire::frame_size(received_.data())) {
      const std::size_t size = wire::frame_size(received_.data());
      const std::string_view frame = std::string_view(received_).substr(0, size);
      if (static_cast<unsigned char>(frame[0]) != 0x8aU)  // a pong
        take(test::text_in(frame));
      received_.erase(0, size);
    }
  }

  void take(std::string_view text) {
    const std::string_view from = text.substr(0, text.find(':'));
    text.remove_prefix(from.size() + 1);
    if (from == "direct")
      return;
    const bool answered = from == "answer";
    const std::size_t topic =
        static_cast<std::size_t>(answered ? text[0] - '0' : from[0] - topics[0][0]);
    ASSERT_LT(topic, topics.size());
    std::uint64_t number = 0;
    std::from_chars(text.data() + (answered ? 1 : 0), text.data() + text.size(), number);
    position& seen = positions_[topic];
    if (answered) {
      --seen.unanswered;
      EXPECT_EQ(number, seen.last);
    } else if (seen.subscribed && seen.unanswered == 0) {
      EXPECT_EQ(number, ++seen.last) << topics[topic];
    }
  }

  std::mt19937 random_;
  broadcast_hub::test::topic_shard shard_;
  outbox out_;
  std::array<position, topics.size()> positions_;
  std::array<std::uint64_t, topics.size()> published_{};
  std::string received_;
  std::uint64_t again_ = 0;
};

TEST(ResumeModelTest, NothingIsMissedOrComesTwice) {
  for (unsigned seed = 0; seed < 400 && !testing::Test::HasFailure(); ++seed) {
    const topic::lane_kind lane = topic::all_lanes[seed % topic::lane_count];
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    resuming_world(broadcast_hub::test::base_seed() + seed, lane).run(400);
  }
}

}  // namespace
}  // namespace broadcast_hub::session
