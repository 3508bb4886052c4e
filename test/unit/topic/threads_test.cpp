#include "topic/reader.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using test::make_unit;
using test::raw_only;
using test::unsent;

constexpr std::size_t units = 5000;

/// One shard: walks until its subscriber has so many bytes, and returns them.
std::string read_everything(registry& topics, std::size_t index, std::string_view name,
                            std::atomic<std::size_t>& ready, std::size_t wanted_bytes) {
  reader own(topics, index);
  subscriber who;
  EXPECT_FALSE(own.subscribe(who, name));
  ready.fetch_add(1);
  std::string received;
  while (received.size() < wanted_bytes) {
    if (!own.begin_walk()) {
      std::this_thread::yield();
      continue;
    }
    while (own.next().what != reader::visit::kind::over) {
      own.offer_walk(who);
      const std::string bytes = unsent(who);
      who.advance(bytes.size());
      own.settle(who);
      received += bytes;
    }
    own.end_walk(time_point());
  }
  own.leave(who);
  return received;
}

class TopicThreadsTest : public testing::TestWithParam<const char*> {};

// Mostly for the thread sanitizer: readers share segments, and whoever is last frees them.
TEST_P(TopicThreadsTest, ShardsReadWhileOtherThreadsAppend) {
  constexpr std::size_t readers = 3;
  constexpr std::size_t writers = 3;
  topics_options options;
  options.max_log_bytes = std::size_t{1} << 30;
  registry topics(options, readers, std::size_t{1} << 30, test::unit_size_of);
  std::size_t total = 0;
  for (std::size_t i = 0; i < units; ++i)
    total += 4 + i % 300;
  std::atomic<std::size_t> ready{0};
  std::vector<std::string> received(readers);
  std::vector<std::thread> shards;
  for (std::size_t i = 0; i < readers; ++i) {
    shards.emplace_back(
        [&, i] { received[i] = read_everything(topics, i, GetParam(), ready, writers * total); });
  }
  while (ready.load() < readers)
    std::this_thread::yield();
  std::vector<std::thread> publishers;
  for (std::size_t w = 0; w < writers; ++w) {
    publishers.emplace_back([&, w] {
      for (std::size_t i = 0; i < units; ++i) {
        const std::string unit = make_unit(4 + i % 300, static_cast<char>('a' + w));
        const auto result = topics.open("a.b").found->append(raw_only(unit), time_point());
        EXPECT_EQ(result.what, topic::append_result::outcome::appended);
      }
    });
  }
  for (std::thread& each : publishers)
    each.join();
  for (std::thread& each : shards)
    each.join();
  EXPECT_EQ(received[0].size(), writers * total);
  EXPECT_TRUE(received[1] == received[0]);
  EXPECT_TRUE(received[2] == received[0]);
  EXPECT_EQ(topics.find("a.b")->offset(), writers * units);
  EXPECT_EQ(topics.budget().used(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Subscribed, TopicThreadsTest, testing::Values("a.b", "a.*", ">"));

// Topics come and go while others subscribe to them by name and by pattern.
TEST(TopicLifeThreadsTest, SubscribingPublishingAndRetiringMeet) {
  topics_options options;
  options.linger = std::chrono::milliseconds(0);
  registry topics(options, 2, std::size_t{1} << 30, test::unit_size_of);
  std::atomic<bool> done{false};
  const auto subscribe = [&](std::size_t index) {
    reader own(topics, index);
    for (int i = 0; i < 2000; ++i) {
      subscriber who;
      who.slot = static_cast<std::uint32_t>(i % 7);
      EXPECT_FALSE(own.subscribe(who, "a.b"));
      EXPECT_FALSE(own.subscribe(who, i % 2 == 0 ? "a.*" : ">"));
      own.offer_all(who);
      if (who.pending())
        who.advance(unsent(who).size());
      own.leave(who);
      if (own.begin_walk())
        own.end_walk(time_point());
    }
  };
  std::thread sweeper([&] {
    for (time_point now; !done.load(); now += std::chrono::seconds(1))
      topics.sweep(now);
  });
  std::thread publisher([&] {
    for (int i = 0; !done.load(); ++i) {
      const std::string unit = make_unit(100);
      const auto name = i % 3 == 0 ? "a.c" : "a.b";
      if (const registry::pinned pinned = topics.pin(name)) {
        (*pinned).append(raw_only(unit), time_point());
        continue;
      }
      topics.open(name).found->append(raw_only(unit), time_point());
    }
  });
  std::thread first(subscribe, 0);
  std::thread second(subscribe, 1);
  first.join();
  second.join();
  done.store(true);
  sweeper.join();
  publisher.join();
  topics.sweep(time_point(std::chrono::hours(1)));
  topics.sweep(time_point(std::chrono::hours(2)));
  EXPECT_EQ(topics.size(), 1U) << "the default one";
}

// Each goes by itself; what they share is the memory, of which there is too little for all.
TEST(RecentKeysThreadsTest, TopicsForgetTheKeysOfOneAnother) {
  recent_keys keys(100'000);
  std::atomic<int> wrong{0};
  const auto publish = [&](const std::string& name) {
    recent_keys::shelf own(keys, std::chrono::seconds(1));
    for (std::uint64_t i = 1; i <= 5000; ++i) {
      const std::string user = std::to_string(i % 7);
      const key_owner owner{i % 2 == 0 ? key_owner::kind::user : key_owner::kind::application,
                            user};
      const publication_key key =
          keys.name(name, owner, std::to_string(i), message_kind::text, "x");
      const time_point now = clock::now();
      wrong += own.find(key, now).offset != 0 ? 1 : 0;
      own.add(key, i, now);
      // Meanwhile it may have had to go.
      const std::uint64_t offset = own.find(key, now).offset;
      wrong += offset != 0 && offset != i ? 1 : 0;
      own.sweep(now);
    }
  };
  std::vector<std::thread> publishers;
  for (const char* name : {"a", "b", "c", "d"})
    publishers.emplace_back(publish, name);
  for (std::thread& each : publishers)
    each.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(keys.used(), 0U);
}

// The destructor once trusted a count of owners that told nothing about what they had read. Only
// the thread sanitizer can see that: between the two threads nothing is synchronised but the count.
TEST(SegmentThreadsTest, AReaderThatHasLetGoAndOneThatFreesDoNotMeet) {
  memory_budget memory(1'000'000);
  auto first = segment::make(0, 0, 1, memory);
  auto second = segment::make(1, 0, 1, memory);
  auto third = segment::make(2, 0, 1, memory);
  const std::weak_ptr<segment> watched = third;
  first->seal(second);
  second->seal(std::move(third));
  std::atomic<bool> gone{false};
  std::thread reader([&gone, held = std::move(second)]() mutable {
    const std::shared_ptr<segment> next = held->next();
    held.reset();
    gone.store(true, std::memory_order_relaxed);
  });
  std::thread last([&gone, held = std::move(first)]() mutable {
    while (!gone.load(std::memory_order_relaxed)) {
      std::this_thread::yield();
    }
    held.reset();
  });
  reader.join();
  last.join();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace broadcast_hub::topic
