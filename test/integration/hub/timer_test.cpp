#include "fixture.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

class HubTimerTest : public hub_fixture {};

TEST_P(HubTimerTest, RepeatsUntilItIsCancelled) {
  std::atomic<int> calls{0};
  hub hub(options());
  timer repeating = hub.every(1ms, [&] {
    if (++calls == 3)
      repeating.cancel();
  });
  std::atomic<bool> later{false};
  hub.start();
  ASSERT_TRUE(eventually([&] { return calls == 3; }));
  // A timer that starts after the cancelled one was due again shows that it did not run.
  hub.after(20ms, [&] { later = true; });
  ASSERT_TRUE(eventually([&] { return later.load(); }));
  EXPECT_EQ(calls, 3);
}

TEST_P(HubTimerTest, RunsOnceAfterADelayAndNotBefore) {
  std::atomic<int> calls{0};
  hub hub(options());
  hub.start();
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<std::chrono::steady_clock::duration> waited{};
  hub.after(30ms, [&] {
    waited = std::chrono::steady_clock::now() - begin;
    ++calls;
  });
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  EXPECT_GE(waited.load(), 30ms);
}

TEST_P(HubTimerTest, ACancelledOneDoesNotRun) {
  std::atomic<bool> wrong{false};
  std::atomic<bool> reached{false};
  hub hub(options());
  const timer cancelled = hub.after(5ms, [&] { wrong = true; });
  cancelled.cancel();
  hub.after(20ms, [&] { reached = true; });
  hub.start();
  ASSERT_TRUE(eventually([&] { return reached.load(); }));
  EXPECT_FALSE(wrong);
}

TEST_P(HubTimerTest, GoesOnWhenItsFunctionThrows) {
  shared_list<std::string> lines;
  hub_options logged = options();
  logged.log.sink = collect_into(lines);
  logged.log.level = log_level::error;
  std::atomic<int> calls{0};
  hub hub(logged);
  hub.every(1ms, [&] {
    ++calls;
    throw std::runtime_error("not today");
  });
  hub.start();
  ASSERT_TRUE(eventually([&] { return calls >= 2; }));
  hub.stop();
  EXPECT_EQ(lines.all().front(), "error a timer's function threw: not today");
  EXPECT_EQ(hub.stats().handler_failures, static_cast<std::uint64_t>(calls));
}

TEST_P(HubTimerTest, OutlivesTheHubHarmlessly) {
  timer kept;
  {
    hub hub(options());
    kept = hub.every(1ms, [] {});
    hub.start();
  }
  kept.cancel();
  timer().cancel();
}

TEST(HubTimerArgumentTest, RefusesWhatMakesNoSense) {
  hub hub;
  EXPECT_THROW(hub.every(0ms, [] {}), std::invalid_argument);
  EXPECT_THROW(hub.every(1ms, nullptr), std::invalid_argument);
  EXPECT_THROW(hub.after(-1ms, [] {}), std::invalid_argument);
  EXPECT_THROW(hub.after(1ms, nullptr), std::invalid_argument);
}

TEST_P(HubTimerTest, TakesTheLongestTimesForLongTimes) {
  std::atomic<bool> wrong{false};
  std::atomic<bool> reached{false};
  hub hub(options());
  hub.every(std::chrono::milliseconds::max(), [&] { wrong = true; });
  hub.after(std::chrono::milliseconds::max(), [&] { wrong = true; });
  hub.after(5ms, [&] { reached = true; });
  hub.start();
  ASSERT_TRUE(eventually([&] { return reached.load(); }));
  EXPECT_FALSE(wrong);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(HubTimerTest);

}  // namespace
}  // namespace broadcast_hub::test
