#include "topic/recent_keys.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <tuple>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using kind = key_owner::kind;

constexpr key_owner ann{kind::user, "ann"};
constexpr key_owner bob{kind::user, "bob"};
constexpr key_owner nobody{kind::anonymous, "7"};
constexpr key_owner application{};

class RecentKeysTest : public testing::Test {
 protected:
  publication_key key(const key_owner& owner, std::string_view text,
                      std::string_view content = "x") const {
    return keys_.name("news", owner, text, message_kind::text, content);
  }
  std::uint64_t find(const key_owner& owner, std::string_view text) {
    return news_.find(key(owner, text), now_).offset;
  }
  void add(const key_owner& owner, std::string_view text, std::uint64_t offset) {
    news_.add(key(owner, text), offset, now_);
  }

  /// Whether numbered keys from `begin` to `end` are known, all or none.
  bool knows(const key_owner& owner, int begin, int end) {
    bool all = true;
    for (int i = begin; i < end; ++i)
      all = all && find(owner, std::to_string(i)) != 0;
    return all;
  }

  static constexpr std::size_t limit = 100'000;
  time_point now_{100h};
  recent_keys keys_{limit};
  recent_keys::shelf news_{keys_, 2min};
};

TEST_F(RecentKeysTest, FindsWhatWasAdded) {
  EXPECT_EQ(find(ann, "a"), 0U);
  add(ann, "a", 7);
  add(ann, "b", 8);
  EXPECT_EQ(find(ann, "a"), 7U);
  EXPECT_EQ(find(ann, "b"), 8U);
  EXPECT_EQ(find(ann, "c"), 0U);
}

TEST_F(RecentKeysTest, KeysBelongToSomebody) {
  add(ann, "a", 1);
  for (const key_owner& other : {bob, nobody, application, key_owner{kind::anonymous, "ann"}})
    EXPECT_EQ(find(other, "a"), 0U);
  add(application, "a", 2);
  add(nobody, "a", 3);
  EXPECT_EQ(find(ann, "a"), 1U);
  EXPECT_EQ(find(application, "a"), 2U);
  EXPECT_EQ(find(key_owner{kind::anonymous, "8"}, "a"), 3U);
}

TEST_F(RecentKeysTest, AndToATopic) {
  add(ann, "a", 1);
  recent_keys::shelf other(keys_, 2min);
  const publication_key there = keys_.name("other", ann, "a", message_kind::text, "x");
  EXPECT_EQ(other.find(there, now_).offset, 0U);
  other.add(there, 5, now_);
  EXPECT_EQ(find(ann, "a"), 1U);
}

TEST_F(RecentKeysTest, TellsOtherContentApart) {
  add(ann, "a", 1);
  EXPECT_TRUE(news_.find(key(ann, "a", "x"), now_).same);
  EXPECT_FALSE(news_.find(key(ann, "a", "y"), now_).same);
  EXPECT_EQ(news_.find(key(ann, "a", "y"), now_).offset, 1U);
  EXPECT_FALSE(news_.find(keys_.name("news", ann, "a", message_kind::binary, "x"), now_).same);
}

TEST_F(RecentKeysTest, ForgetsWhatIsOlder) {
  add(ann, "a", 1);
  now_ += 1s;
  add(ann, "b", 2);
  now_ += 2min - 1s;
  EXPECT_EQ(find(ann, "a"), 1U);
  now_ += 1s;
  EXPECT_EQ(find(ann, "a"), 0U);
  EXPECT_EQ(find(ann, "b"), 2U);
  EXPECT_TRUE(news_.sweep(now_));
  now_ += 1s;
  EXPECT_FALSE(news_.sweep(now_));
  EXPECT_EQ(keys_.used(), 0U);
}

// Clocks are looked at before the lock is there.
TEST_F(RecentKeysTest, AnOlderOneBehindANewerOneCountsNoLonger) {
  add(ann, "newer", 1);
  now_ -= 1s;
  add(ann, "older", 2);
  now_ += 2min;
  EXPECT_EQ(find(ann, "older"), 2U);
  now_ += 1s;
  EXPECT_EQ(find(ann, "older"), 0U);
  EXPECT_EQ(find(ann, "newer"), 1U);
}

// Not half of them at each publication, whatever the logs take.
TEST_F(RecentKeysTest, TheOldestGoFirstAndNoMoreThanMust) {
  int count = 0;
  for (; keys_.used() < limit * 9 / 10; ++count)
    add(application, std::to_string(count), 1);
  EXPECT_TRUE(knows(application, 0, count));
  for (int more = 0; more < 10'000; ++more, ++count) {
    add(application, std::to_string(count), 1);
    ASSERT_LE(keys_.used(), limit);
  }
  EXPECT_GT(keys_.used(), limit - 1000);
  const int held = static_cast<int>(limit / 250);
  EXPECT_TRUE(knows(application, count - held, count));
  EXPECT_EQ(find(application, std::to_string(count - 1000)), 0U);
}

TEST_F(RecentKeysTest, OverAllTopics) {
  add(ann, "oldest", 1);
  auto other = std::make_unique<recent_keys::shelf>(keys_, 2min);
  for (int i = 0; i < 1000; ++i) {
    other->add(keys_.name("other", application, std::to_string(i), message_kind::text, "x"), 1,
               now_);
  }
  EXPECT_EQ(find(ann, "oldest"), 0U);
  EXPECT_FALSE(news_.sweep(now_));
  EXPECT_GT(keys_.used(), limit / 2);
  other.reset();
  EXPECT_EQ(keys_.used(), 0U);
}

TEST_F(RecentKeysTest, OneClientTakesAQuarterAndFromNobodyElse) {
  add(bob, "b", 1);
  add(application, "c", 2);
  for (int i = 0; i < 10'000; ++i)
    add(ann, std::to_string(i), 1);
  EXPECT_LE(keys_.used(), limit / 4 + 1000);
  EXPECT_GT(keys_.used(), limit / 5);
  EXPECT_EQ(find(bob, "b"), 1U);
  EXPECT_EQ(find(application, "c"), 2U);
  EXPECT_TRUE(knows(ann, 9'950, 10'000));
}

TEST_F(RecentKeysTest, SoDoesOneAnonymousConnection) {
  add(nobody, "mine", 1);
  for (int i = 0; i < 10'000; ++i)
    add({kind::anonymous, "8"}, std::to_string(i), 1);
  EXPECT_EQ(find(nobody, "mine"), 1U);
  EXPECT_LE(keys_.used(), limit / 4 + 1000);
}

/// Of a numbered key, at a time.
using promise = std::tuple<int, time_point, duration>;

/// Whether an owner's numbered keys are known for as long as was told. Forgets what is over.
class PromisesTest : public RecentKeysTest {
 protected:
  bool holds(const key_owner& owner, std::deque<promise>& told) {
    const auto until = [](const promise& one) {
      return std::get<time_point>(one) + std::get<duration>(one);
    };
    while (!told.empty() && until(told.front()) < now_)
      told.pop_front();
    return told.empty() || find(owner, std::to_string(std::get<int>(told.front()))) != 0;
  }
};

TEST_F(PromisesTest, TheWindowThatIsToldHolds) {
  EXPECT_EQ(news_.lasting(key(bob, "a"), now_), 2min);
  std::deque<promise> told;
  for (int count = 0; count < 4000; ++count) {
    now_ += 25ms;  // in less than 20 seconds the memory is full
    add(application, std::to_string(count), 1);
    if (keys_.used() > limit / 8 * 5)
      told.emplace_back(count, now_, news_.lasting(key(application, ""), now_));
    ASSERT_TRUE(holds(application, told)) << count;
  }
  EXPECT_LT(std::get<duration>(told.back()), 20s);
  EXPECT_GT(std::get<duration>(told.back()), 5s);
  EXPECT_EQ(keys_.lasting(application, now_), std::get<duration>(told.back()));
  now_ += 1min;
  EXPECT_GT(news_.lasting(key(application, ""), now_), 1min);
  now_ += 2min;
  news_.sweep(now_);
  EXPECT_EQ(news_.lasting(key(application, ""), now_), 2min);
}

TEST_F(PromisesTest, AlsoOfOneClient) {
  std::deque<promise> told;
  for (int count = 0; count < 2000; ++count) {
    now_ += 25ms;
    add(ann, std::to_string(count), 1);
    if (count > 30)
      told.emplace_back(count, now_, news_.lasting(key(ann, ""), now_));
    ASSERT_TRUE(holds(ann, told)) << count;
  }
  EXPECT_LT(std::get<duration>(told.back()), 5s);
  EXPECT_GT(std::get<duration>(told.back()), 2s);
}

// Keys with a short window push out those with a long one, and are then over themselves.
TEST_F(RecentKeysTest, WhatWasForgottenIsNotPromisedOnceThereIsRoomAgain) {
  recent_keys::shelf ticks(keys_, 1s);
  const auto flood = [&](const key_owner& owner, const char* name) {
    for (int i = 0; i < 1000; ++i) {
      const std::string text = name + std::to_string(i);
      ticks.add(keys_.name("ticks", owner, text, message_kind::text, "x"), 1, now_);
    }
  };
  add(bob, "mine", 1);
  now_ += 10ms;
  flood(application, "a");
  EXPECT_EQ(find(bob, "mine"), 0U);
  now_ += 2s;
  EXPECT_FALSE(ticks.sweep(now_));
  EXPECT_EQ(keys_.used(), 0U);
  EXPECT_LE(keys_.lasting(bob, now_), 2010ms);
  EXPECT_LE(news_.lasting(key(bob, ""), now_), 2010ms);

  // What was over before it had to go was not lost.
  now_ += 1h;
  for (int i = 0; i < 300; ++i)
    ticks.add(key(application, std::to_string(i)), 1, now_);
  now_ += 2s;
  {
    recent_keys::shelf chat(keys_, 2min);
    for (int i = 300; i < 600; ++i)
      chat.add(key(application, std::to_string(i)), 1, now_);
    EXPECT_EQ(ticks.find(key(application, "0"), now_).offset, 0U);
  }
  ticks.sweep(now_);
  EXPECT_EQ(news_.lasting(key(bob, ""), now_), 2min);

  // Nor does somebody's own share tell of others.
  now_ += 1h;
  add(ann, "hers", 1);
  now_ += 10ms;
  flood(ann, "d");
  EXPECT_EQ(find(ann, "hers"), 0U);
  add(ann, "new", 1);
  now_ += 2s;
  ticks.sweep(now_);
  EXPECT_LE(news_.lasting(key(ann, ""), now_), 2010ms);
  EXPECT_EQ(news_.lasting(key(bob, ""), now_), 2min);
}

// Publishers on all topics would wait meanwhile.
TEST_F(RecentKeysTest, KeysThatAreOverGoAFewAtATime) {
  recent_keys many{std::size_t{16} << 20};
  recent_keys::shelf shelf(many, 1s);
  const auto name = [&](int i) {
    return many.name("t", application, std::to_string(i), message_kind::text, "");
  };
  constexpr int count = 10'000;
  for (int i = 0; i < count; ++i)
    shelf.add(name(i), 1, now_);
  const std::size_t each = many.used() / count;
  now_ += 2s;
  EXPECT_EQ(shelf.find(name(count - 1), now_).offset, 0U);
  EXPECT_EQ(many.used(), (count - 1) * each);
  shelf.add(name(count), 1, now_);
  EXPECT_EQ(many.used(), (count - 4) * each);
  int sweeps = 0;
  for (std::size_t before = many.used(); many.used() > each; before = many.used(), ++sweeps) {
    EXPECT_TRUE(shelf.sweep(now_));
    ASSERT_LE(before - many.used(), 4096 * each);
    ASSERT_LT(many.used(), before);
  }
  EXPECT_EQ(sweeps, 3);
}

TEST_F(RecentKeysTest, AShareThatIsUsedUpShortensTheWindowOfItsHolderOnly) {
  for (int i = 0; i < 1000; ++i) {
    now_ += 10ms;
    add(ann, std::to_string(i), 1);
  }
  EXPECT_LT(news_.lasting(key(ann, ""), now_), 10s);
  EXPECT_EQ(news_.lasting(key(bob, ""), now_), 2min);
  EXPECT_EQ(keys_.lasting(bob, now_), duration::max());
}

}  // namespace
}  // namespace broadcast_hub::topic
