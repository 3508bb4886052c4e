// Keys, compared with a naive implementation in random order.

#include "topic/recent_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;

/// What it should do, done in the simplest way: costs are learned from the real one.
class naive_keys {
 public:
  struct entry {
    int topic;
    int owner;
    int key;
    int content;
    std::uint64_t offset;
    time_point at;
  };

  const entry* find(int topic, int owner, int key, time_point now, duration window) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const entry& one) {
      return one.topic == topic && one.owner == owner && one.key == key;
    });
    if (found == entries_.end())
      return nullptr;
    if (found->at >= now - window)
      return &*found;
    entries_.erase(found);
    return nullptr;
  }
  void add(const entry& one, duration window, std::size_t most, std::size_t share) {
    for (int i = 0; i < 4; ++i) {
      const auto oldest = std::find_if(entries_.begin(), entries_.end(),
                                       [&](const entry& each) { return each.topic == one.topic; });
      if (oldest == entries_.end() || oldest->at >= one.at - window)
        break;
      entries_.erase(oldest);
    }
    entries_.push_back(one);
    while (one.owner != 0 && bytes_of(one.owner) > share)
      erase_oldest([&](const entry& each) { return each.owner == one.owner; });
    while (bytes() > most)
      erase_oldest([](const entry&) { return true; });
  }
  std::size_t bytes() const {
    std::map<int, std::size_t> owners;
    std::size_t sum = 0;
    for (const entry& one : entries_) {
      sum += entry_cost;
      sum += one.owner != 0 && owners[one.owner]++ == 0 ? holder_cost : 0;
    }
    return sum;
  }

  std::size_t entry_cost = 0;
  std::size_t holder_cost = 0;

 private:
  std::size_t bytes_of(int owner) const {
    std::size_t sum = 0;
    for (const entry& one : entries_)
      sum += one.owner == owner ? entry_cost : 0;
    return sum;
  }
  template <typename Which>
  void erase_oldest(Which which) {
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (!which(*at))
        continue;
      entries_.erase(at);
      return;
    }
  }

  std::deque<entry> entries_;
};

TEST(RecentKeysModelTest, DoesWhatANaiveOneDoes) {
  constexpr std::size_t limit = 12'000;
  const std::vector<key_owner> owners{{},
                                      {key_owner::kind::user, "ann"},
                                      {key_owner::kind::user, "bob"},
                                      {key_owner::kind::anonymous, "7"},
                                      {key_owner::kind::anonymous, "8"}};
  const std::vector<duration> windows{1s, 5s, 30s};
  for (unsigned seed = 1; seed <= 5; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](int end) {
      return static_cast<int>(random() % static_cast<unsigned>(end));
    };
    recent_keys keys(limit);
    std::vector<std::unique_ptr<recent_keys::shelf>> topics;
    for (const duration window : windows)
      topics.push_back(std::make_unique<recent_keys::shelf>(keys, window));
    naive_keys model;
    {
      const publication_key one = keys.name("0", owners[0], "k", message_kind::text, "");
      topics[0]->add(one, 1, time_point(1h));
      model.entry_cost = keys.used();
      topics[0] = std::make_unique<recent_keys::shelf>(keys, windows[0]);
      topics[0]->add(keys.name("0", owners[1], "k", message_kind::text, ""), 1, time_point(1h));
      model.holder_cost = keys.used() - model.entry_cost;
      topics[0] = std::make_unique<recent_keys::shelf>(keys, windows[0]);
      ASSERT_EQ(keys.used(), 0U);
    }
    time_point now(2h);
    for (std::uint64_t step = 1; step <= 3000; ++step) {
      now += std::chrono::milliseconds(below(60));
      const int topic = below(3);
      // Anonymous ones share their keys: here each has some that the others never use.
      const int owner = below(5);
      const int key = below(40) + owner * 100;
      const int content = below(8) / 7;
      const publication_key named =
          keys.name(std::to_string(topic), owners[static_cast<std::size_t>(owner)],
                    std::to_string(key), message_kind::text, std::to_string(content));
      const std::size_t at = static_cast<std::size_t>(topic);
      const auto found = topics[at]->find(named, now);
      const naive_keys::entry* const expected = model.find(topic, owner, key, now, windows[at]);
      ASSERT_EQ(found.offset, expected == nullptr ? 0 : expected->offset) << seed << " " << step;
      if (expected != nullptr) {
        ASSERT_EQ(found.same, expected->content == content) << seed << " " << step;
      } else {
        topics[at]->add(named, step, now);
        model.add({topic, owner, key, content, step, now}, windows[at], limit, limit / 4);
      }
      ASSERT_EQ(keys.used(), model.bytes()) << seed << " " << step;
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::topic
