// Streams that take only so many bytes: wherever they cut, frames leave whole and in order.

#include "numbered_frames.hpp"
#include "server_frames.hpp"
#include "session/outbox.hpp"
#include "support/topic_shard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

using test::compressed_frame;
using test::stored_block_header;
using testing::ElementsAre;
using testing::ElementsAreArray;
using topic::lane_kind;

// Payloads begin with the letter of their topic and the number that they get there.
std::string start_of(std::string_view topic) {
  return topic == "latest" ? "a" : topic == "oldest" ? "b" : "c";
}

std::string_view rest_of(std::string_view payload) {
  return payload.substr(std::min<std::size_t>(payload.size(), 2));
}

std::string name_of(lane_kind lane) {
  constexpr std::array<const char*, topic::lane_count> names{"Raw", "Deflated", "Numbered",
                                                             "DeflatedNumbered"};
  return names[index_of(lane)];
}

std::size_t frame_size_in(lane_kind lane, const std::string& payload) {
  const bool compressed = lane == lane_kind::deflated_numbered && !rest_of(payload).empty();
  const std::size_t more = compressed ? stored_block_header : 0;
  return wire::make_frame(wire::opcode::text, payload + std::string(more, '.')).size();
}

/// A subscriber of a topic of each policy, whose socket takes as much as it is told to.
class stream {
 public:
  explicit stream(lane_kind lane) : shard_(test::numbered_frames(&start_of), options()) {
    out_.join_topics(shard_.reader, 0, lane);
    for (const char* each : {"latest", "oldest", "strict"})
      EXPECT_FALSE(out_.subscribe(each));
  }

  outbox& out() { return out_; }

  void publish(const char* topic, const std::string& payload) {
    const std::string raw = wire::make_frame(wire::opcode::text, payload);
    const std::string deflated = wire::make_frame(wire::opcode::binary, payload);
    topic::encoded publication(raw, {});
    publication.deflated = {deflated};
    publication.number_rest = {rest_of(payload)};
    publication.deflated_number_rest = {rest_of(payload)};
    publication.made.set();
    ASSERT_EQ(shard_.registry.open(topic).found->append(publication, shard_.now).what,
              topic::topic::append_result::outcome::appended);
  }

  /// One walk, which offers and nothing more.
  void walk() {
    shard_.walk([this](const auto&) { out_.offer_walk(); });
  }

  void begin_walk() { EXPECT_TRUE(shard_.reader.begin_walk()); }

  void enforce() { EXPECT_FALSE(out_.enforce_policies(shard_.now)); }

  /// All that waits, over and over until nothing does, in sends of at most `limit` bytes.
  void send_all(std::size_t limit = static_cast<std::size_t>(-1)) {
    out_.unblock();
    while (!out_.empty() && !testing::Test::HasFailure())
      send(limit);
  }

  void send(std::size_t limit) {
    std::array<iovec, 4> pieces;
    std::string bytes;
    const std::size_t used = out_.gather(pieces);
    for (std::size_t i = 0; i < used; ++i)
      bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    ASSERT_FALSE(bytes.empty());
    bytes.resize(std::min(bytes.size(), limit));
    out_.advance(bytes.size());
    sent_ += bytes;
  }

  /// Takes exactly so many bytes and is full then.
  void send_and_block(std::size_t bytes) {
    const std::size_t end = sent_.size() + bytes;
    while (sent_.size() < end && !testing::Test::HasFailure())
      send(end - sent_.size());
    out_.block();
  }

  std::vector<std::string> frames() const {
    std::vector<std::string> found = broadcast_hub::test::server_frames(sent_, compressed_frame);
    for (std::string& each : found) {
      if (each.starts_with("text:") || each.starts_with("binary:"))
        each.erase(0, each.find(':') + 1);
      if (each.starts_with('\0'))
        each.erase(0, stored_block_header);
    }
    return found;
  }
  const std::string& sent() const { return sent_; }

 private:
  static topics_options options() {
    topics_options chosen;
    topic_options latest;
    latest.slow_consumers = slow_consumer_policy::latest;
    topic_options oldest;
    oldest.slow_consumers = slow_consumer_policy::drop_oldest;
    oldest.max_lag_bytes = 1024;
    chosen.rules = {{"latest", latest}, {"oldest", oldest}};
    return chosen;
  }

  broadcast_hub::test::topic_shard shard_;
  outbox out_;
  std::string sent_;
};

const std::string b1 = "b1" + std::string(130, '.');  // with a header of 4 bytes
const std::string b2 = "b2" + std::string(600, '.');
const std::string b3 = "b3" + std::string(600, '.');
const std::string c2 = "c2" + std::string(70'000, '.');  // with a header of 10 bytes

/// What waits at first: a in `latest`, b in `oldest`, c in `strict`. In the order in which it is
/// sent. The last one is empty, if payloads may be.
std::vector<std::string> first_row(lane_kind lane, bool large) {
  return {"a1", "a2", b1, "c1", large ? c2 : "c2", is_numbered(lane) ? "c3" : ""};
}

class OutboxStreamCutTest : public testing::TestWithParam<lane_kind> {
 protected:
  /// A stream with `first_row` offered to it.
  static void offer(stream& to, bool large) {
    to.publish("latest", "a1");
    to.publish("latest", "a2");
    to.publish("oldest", b1);
    to.publish("strict", "c1");
    to.publish("strict", large ? c2 : "c2");
    to.publish("strict", "");
    to.walk();
  }

  /// Calls `act(stream, before, behind)` with each stream that was cut: the frames before the cut
  /// have left, the last of them perhaps in part, and those behind it have not begun.
  template <typename Act>
  static void at_each_cut(Act act) {
    for (const bool large : {false, true}) {
      std::vector<std::size_t> borders{0};
      for (const std::string& each : first_row(GetParam(), large))
        borders.push_back(borders.back() + frame_size_in(GetParam(), each));
      for (std::size_t cut = 0; cut <= borders.back(); ++cut) {
        // Deep in the large one a cut is like the next.
        const bool deep = cut > borders[4] + 20 && cut + 20 < borders[5];
        if (deep && cut % 9973 != 0)
          continue;
        SCOPED_TRACE("cut at " + std::to_string(cut));
        stream one(GetParam());
        offer(one, large);
        one.send_and_block(cut);
        const auto begun = std::lower_bound(borders.begin(), borders.end(), cut) - borders.begin();
        std::vector<std::string> before = first_row(GetParam(), large);
        const std::vector<std::string> behind(before.begin() + begun, before.end());
        before.resize(static_cast<std::size_t>(begun));
        act(one, before, behind);
        if (testing::Test::HasFailure())
          return;
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Lanes, OutboxStreamCutTest, testing::ValuesIn(topic::all_lanes),
                         [](const auto& lane) { return name_of(lane.param); });

TEST_P(OutboxStreamCutTest, TheRestFollows) {
  at_each_cut([](stream& one, std::vector<std::string> expected, const auto& behind) {
    expected.insert(expected.end(), behind.begin(), behind.end());
    one.send_all();
    EXPECT_THAT(one.frames(), ElementsAreArray(expected));
  });
}

TEST_P(OutboxStreamCutTest, SendsOfAFewBytesEach) {
  stream whole(GetParam());
  offer(whole, false);
  whole.send_all();
  for (std::size_t size = 1; size <= whole.sent().size(); ++size) {
    SCOPED_TRACE(size);
    stream one(GetParam());
    offer(one, false);
    one.send_all(size);
    EXPECT_EQ(one.sent(), whole.sent());
  }
}

TEST_P(OutboxStreamCutTest, APolicySkipsOnlyWhatHasNotBegun) {
  at_each_cut([](stream& one, std::vector<std::string> expected, const auto& behind) {
    one.publish("latest", "a3");
    one.publish("oldest", b2);
    one.publish("oldest", b3);
    one.walk();
    one.enforce();
    one.send_all();
    for (const std::string& each : behind) {
      if (each[0] != 'a' && each[0] != 'b')
        expected.push_back(each);
    }
    // Each topic's own order; which topic comes first depends on the cut.
    std::vector<std::string> frames = one.frames();
    ASSERT_GE(frames.size(), expected.size());
    for (const std::string& last : {std::string("a3"), b3}) {
      EXPECT_EQ(std::count(frames.begin(), frames.end(), last), 1) << last;
      std::erase(frames, last);
    }
    EXPECT_THAT(frames, ElementsAreArray(expected));
  });
}

TEST_P(OutboxStreamCutTest, AnEndedSubscriptionDropsOnlyWhatHasNotBegun) {
  for (const std::string topic : {"latest", "oldest", "strict"}) {
    at_each_cut([&](stream& one, std::vector<std::string> expected, const auto& behind) {
      EXPECT_FALSE(one.out().unsubscribe(topic));
      one.send_all();
      for (const std::string& each : behind) {
        const char* const from = each[0] == 'a' ? "latest" : each[0] == 'b' ? "oldest" : "strict";
        if (from != topic)
          expected.push_back(each);
      }
      EXPECT_THAT(one.frames(), ElementsAreArray(expected));
    });
  }
}

TEST_P(OutboxStreamCutTest, AnEndDropsOnlyWhatHasNotBegun) {
  at_each_cut([](stream& one, std::vector<std::string> expected, const auto&) {
    one.out().cut_short_with(share(wire::make_close_frame(close_code::slow_consumer, {})));
    one.send_all();
    expected.emplace_back("close:4008");
    EXPECT_THAT(one.frames(), ElementsAreArray(expected));
  });
}

TEST_P(OutboxStreamCutTest, WhatOvertakesComesBehindWhatHasBegun) {
  at_each_cut([](stream& one, std::vector<std::string> expected, const auto& behind) {
    one.out().push(outbox::kind::direct, share(wire::make_frame(wire::opcode::text, "direct")));
    one.out().push_ahead(wire::make_frame(wire::opcode::pong, "p"));
    one.send_all();
    expected.insert(expected.end(), {"pong:p", "direct"});
    expected.insert(expected.end(), behind.begin(), behind.end());
    EXPECT_THAT(one.frames(), ElementsAreArray(expected));
  });
}

// Its next data is the newest publication, whether walks have passed it by meanwhile or not.
TEST_P(OutboxStreamCutTest, WhoIsWritableAgainGetsTheNewest) {
  for (const bool partly_sent : {false, true}) {
    for (const bool parked : {false, true}) {
      for (const bool walk_under_way : {false, true}) {
        SCOPED_TRACE(testing::Message() << partly_sent << parked << walk_under_way);
        stream one(GetParam());
        one.publish("latest", "a1");
        one.walk();
        one.send_and_block(partly_sent ? 3 : 0);
        if (parked)
          one.enforce();
        for (const char* each : {"a2", "a3", "a4"}) {
          one.publish("latest", each);
          one.walk();
        }
        if (walk_under_way) {
          one.publish("latest", "a5");
          one.begin_walk();
        }
        one.enforce();
        one.send_all();
        // Whoever is passed by has what the walk under way has; the others will be visited.
        const char* const newest = walk_under_way && parked ? "a5" : "a4";
        if (partly_sent) {
          EXPECT_THAT(one.frames(), ElementsAre("a1", newest));
        } else {
          EXPECT_THAT(one.frames(), ElementsAre(newest));
        }
      }
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::session
