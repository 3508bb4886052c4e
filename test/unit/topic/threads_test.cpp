#include "topic/fan_out.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using test::append;
using test::make_unit;
using test::unsent;

constexpr std::size_t units = 5000;

/// One shard: walks until its subscriber has everything, and returns what that was.
std::string read_everything(log& shared, std::size_t reader, std::atomic<std::size_t>& ready,
                            std::size_t wanted_bytes) {
  fan_out topic(shared, reader);
  subscriber who;
  topic.add(who, 0);
  ready.fetch_add(1);
  std::string received;
  while (received.size() < wanted_bytes) {
    if (!topic.begin_walk()) {
      std::this_thread::yield();
      continue;
    }
    while (topic.next().who != nullptr) {
      const std::string bytes = unsent(topic, who);
      topic.advance(who, bytes.size());
      received += bytes;
    }
    topic.end_walk();
  }
  topic.remove(who);
  return received;
}

// Mostly for the thread sanitizer: readers share segments, and whoever is last frees them.
TEST(TopicThreadsTest, ShardsReadWhileOtherThreadsAppend) {
  constexpr std::size_t readers = 3;
  log shared(readers, std::size_t{1} << 30, test::unit_size_of);
  std::string expected;
  for (std::size_t i = 0; i < units; ++i) {
    expected += make_unit(4 + i % 300, static_cast<char>('a' + i % 26));
  }
  std::atomic<std::size_t> ready{0};
  std::vector<std::string> received(readers);
  std::vector<std::thread> shards;
  for (std::size_t i = 0; i < readers; ++i) {
    shards.emplace_back(
        [&, i] { received[i] = read_everything(shared, i, ready, expected.size()); });
  }
  while (ready.load() < readers) {
    std::this_thread::yield();
  }
  for (std::size_t at = 0; at < expected.size();) {
    const std::size_t size = test::unit_size_of(expected.data() + at);
    EXPECT_TRUE(append(shared, std::string_view(expected).substr(at, size)).accepted);
    at += size;
  }
  for (std::thread& shard : shards) {
    shard.join();
  }
  for (const std::string& bytes : received) {
    EXPECT_TRUE(bytes == expected);
  }
}

// The destructor once trusted a count of owners that told nothing about what they had read. Only
// the thread sanitizer can see that: between the two threads nothing is synchronised but the count.
TEST(TopicThreadsTest, AReaderThatHasLetGoAndOneThatFreesDoNotMeet) {
  auto first = std::make_shared<segment>(0, 1);
  auto second = std::make_shared<segment>(1, 1);
  auto third = std::make_shared<segment>(2, 1);
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
