#include "topic/fan_out.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using test::append;
using test::make_unit;
using test::text_of;

/// A topic beside a model of it that is too simple to be wrong: all bytes that were ever published
/// while somebody was there, and for each subscriber where it began and what it has had.
class model {
 public:
  explicit model(unsigned seed) : random_(seed) {}
  ~model() {
    for (const auto& each : members_) {
      topic_.remove(each->who);
    }
  }
  model(const model&) = delete;
  model& operator=(const model&) = delete;

  void step() {
    const auto roll = below(100);
    if (roll < 30) {
      publish();
    } else if (roll < 36) {
      join();
    } else if (roll < 41) {
      leave();
    } else if (roll < 46) {
      turn_blocking();
    } else if (roll < 65) {
      send_something();
    } else {
      walk_a_little();
    }
  }

  /// Everybody gets the rest.
  void finish() {
    for (const auto& each : members_) {
      while (topic_.lag(each->who) > 0) {
        receive(*each, each->who.sent_of_unit == 0 ? 1 : 1000);
      }
      ASSERT_EQ(each->next, stream_.size());
    }
  }

 private:
  struct member {
    subscriber who;
    std::size_t next = 0;        // in the stream
    std::size_t visited_in = 0;  // the last walk that came by
    std::size_t joined_in = 0;   // the walk under way then
  };

  std::size_t below(std::size_t limit) { return random_() % limit; }

  void publish() {
    const auto roll = below(1000);
    const std::size_t size = roll < 990   ? test::smallest_unit + below(60)
                             : roll < 999 ? test::smallest_unit + below(3000)
                                          : 60'000 + below(40'000);
    const std::string unit = make_unit(size, static_cast<char>('a' + below(26)));
    const log::append_result result = append(log_, unit);
    ASSERT_TRUE(result.accepted);
    ASSERT_EQ(result.subscribers, members_.size());
    if (!members_.empty()) {
      stream_ += unit;
      ends_.push_back(stream_.size());
    }
  }

  void join() {
    if (members_.size() == 40) {
      return;
    }
    members_.push_back(std::make_unique<member>());
    member& fresh = *members_.back();
    fresh.next = stream_.size();
    fresh.joined_in = topic_.walking() ? walk_ : walk_ - 1;
    topic_.add(fresh.who, static_cast<std::uint32_t>(members_.size()));
  }

  void leave() {
    if (members_.empty()) {
      return;
    }
    const std::size_t leaving = below(members_.size());
    topic_.remove(members_[leaving]->who);
    std::swap(members_[leaving], members_.back());
    members_.pop_back();
  }

  void turn_blocking() {
    if (!members_.empty()) {
      subscriber& who = members_[below(members_.size())]->who;
      who.blocked = !who.blocked;
    }
  }

  void send_something() {
    if (!members_.empty()) {
      receive(*members_[below(members_.size())], below(4) == 0 ? 100'000 : 1 + below(200));
    }
  }

  /// Sends up to `limit` bytes and compares them with the stream.
  void receive(member& to, std::size_t limit) {
    std::array<iovec, 3> pieces;
    const std::size_t used =
        topic_.gather(to.who, topic_.end(), {pieces.data(), 1 + below(pieces.size())});
    const std::string gathered = text_of({pieces.data(), used});
    ASSERT_EQ(gathered, std::string_view(stream_).substr(to.next, gathered.size()));
    ASSERT_EQ(gathered.empty(), to.next == stream_.size());
    account(to, std::min(limit, gathered.size()));
  }

  void account(member& to, std::size_t sent) {
    const std::size_t before = units_up_to(to.next);
    to.next += sent;
    ASSERT_EQ(topic_.advance(to.who, sent), units_up_to(to.next) - before);
    check(to);
  }

  std::size_t units_up_to(std::size_t position) const {
    return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), position) -
                                    ends_.begin());
  }

  void check(const member& each) {
    const std::size_t units = units_up_to(each.next);
    const std::size_t boundary = units == 0 ? 0 : ends_[units - 1];
    ASSERT_EQ(topic_.lag(each.who), stream_.size() - boundary);
    ASSERT_EQ(each.who.sent_of_unit, each.next - boundary);
  }

  void walk_a_little() {
    if (!topic_.walking()) {
      if (!topic_.begin_walk()) {
        return;
      }
      ++walk_;
      walk_end_ = stream_.size();
    }
    for (std::size_t slice = 1 + below(12); slice > 0; --slice) {
      const fan_out::visit next = topic_.next();
      if (next.who == nullptr) {
        return end_walk();
      }
      visit(next);
    }
  }

  void visit(const fan_out::visit& next) {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const auto& each) { return &each->who == next.who; });
    ASSERT_NE(found, members_.end());
    member& visited = **found;
    ASSERT_NE(visited.visited_in, walk_) << "twice";
    ASSERT_NE(visited.joined_in, walk_) << "a newcomer";
    visited.visited_in = walk_;
    if (next.who->blocked) {
      return;
    }
    if (next.at_common && below(2) == 0) {
      std::vector<iovec> pieces(256);
      pieces.resize(topic_.gather(topic_.walk_begin(), 0, topic_.walk_end(), pieces));
      const std::string gathered = text_of(pieces);
      ASSERT_EQ(gathered, stream_.substr(visited.next, walk_end_ - visited.next));
      ASSERT_EQ(topic_.walk_units(), units_up_to(walk_end_) - units_up_to(visited.next));
      topic_.complete(visited.who);
      visited.next = walk_end_;
      return check(visited);
    }
    receive(visited, 1 + below(500));
  }

  void end_walk() {
    for (const auto& each : members_) {
      const bool wanted = each->next < walk_end_ && each->joined_in != walk_;
      ASSERT_TRUE(!wanted || each->visited_in == walk_) << "left out";
    }
    topic_.end_walk();
    std::size_t slowest = stream_.size();
    for (const auto& each : members_) {
      slowest = std::min(slowest, each->next);
    }
    // Two largest segments hold what is not full, and one unit may be larger than a segment.
    const std::size_t allowed =
        2 * (stream_.size() - slowest) + 3 * log::largest_segment_bytes + 100'000;
    ASSERT_LE(topic_.held_bytes(), allowed);
  }

  std::mt19937 random_;
  log log_{2, std::size_t{1} << 40, test::unit_size_of};
  fan_out topic_{log_, 1};
  std::vector<std::unique_ptr<member>> members_;
  std::string stream_;
  std::vector<std::size_t> ends_;  // of the units in the stream
  std::size_t walk_ = 1;
  std::size_t walk_end_ = 0;
};

TEST(FanOutModelTest, EverybodyGetsWhatWasPublishedWhileItWasThere) {
  for (const unsigned seed : {1U, 20U, 300U, 4000U}) {
    SCOPED_TRACE(seed);
    model topic(seed);
    for (int step = 0; step < 50'000; ++step) {
      topic.step();
      if (testing::Test::HasFatalFailure()) {
        FAIL() << "seed " << seed << ", step " << step;
      }
    }
    topic.finish();
  }
}

}  // namespace
}  // namespace broadcast_hub::topic
