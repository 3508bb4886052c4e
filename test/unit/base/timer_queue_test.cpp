#include "base/timer_queue.hpp"

#include "base/timer_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class TimerQueueTest : public testing::Test {
 protected:
  static std::shared_ptr<timer::state> handle() { return std::make_shared<timer::state>(); }

  void add(std::string name, duration delay, duration period = duration::zero()) {
    queue_.add(handle(), start_ + delay, period, note(std::move(name)));
  }

  std::function<void()> note(std::string name) {
    return [this, name = std::move(name)] { calls_.push_back(name); };
  }

  /// What was called when the clock went to `start_ + elapsed`.
  std::vector<std::string> advance(duration elapsed) {
    calls_.clear();
    queue_.advance(start_ + elapsed, [this] { ++failures_; });
    return calls_;
  }

  const time_point start_{std::chrono::seconds(1000)};
  timer_queue queue_;
  std::vector<std::string> calls_;
  int failures_ = 0;
};

TEST_F(TimerQueueTest, AnEmptyQueueHasNothingDue) {
  EXPECT_EQ(queue_.next_due(), std::nullopt);
  EXPECT_THAT(advance(1h), IsEmpty());
}

TEST_F(TimerQueueTest, TimersAreCalledInTheOrderOfTheirTimes) {
  add("third", 3s);
  add("first", 1s);
  add("second", 2s);
  EXPECT_EQ(queue_.next_due(), start_ + 1s);
  EXPECT_THAT(advance(3s), ElementsAre("first", "second", "third"));
  EXPECT_EQ(queue_.next_due(), std::nullopt);
}

TEST_F(TimerQueueTest, TimersOfTheSameTimeAreCalledInTheOrderTheyWereAdded) {
  add("a", 1s);
  add("b", 1s);
  add("c", 1s);
  EXPECT_THAT(advance(1s), ElementsAre("a", "b", "c"));
}

TEST_F(TimerQueueTest, NothingIsCalledEarly) {
  add("once", 1s);
  EXPECT_THAT(advance(1s - 1ns), IsEmpty());
  EXPECT_THAT(advance(1s), ElementsAre("once"));
  EXPECT_THAT(advance(1h), IsEmpty());
}

TEST_F(TimerQueueTest, APeriodicTimerKeepsItsRhythm) {
  add("tick", 3s, 3s);
  EXPECT_THAT(advance(3s), ElementsAre("tick"));
  EXPECT_EQ(queue_.next_due(), start_ + 6s);
  EXPECT_THAT(advance(6500ms), ElementsAre("tick"));
  EXPECT_EQ(queue_.next_due(), start_ + 9s);
}

TEST_F(TimerQueueTest, MissedTicksAreSkippedAndTheRhythmStays) {
  add("tick", 3s, 3s);
  EXPECT_THAT(advance(10s), ElementsAre("tick"));
  EXPECT_EQ(queue_.next_due(), start_ + 12s);
  EXPECT_THAT(advance(12s), ElementsAre("tick"));
  EXPECT_EQ(queue_.next_due(), start_ + 15s);
}

TEST_F(TimerQueueTest, ACancelledTimerIsNotCalled) {
  const auto cancelled = handle();
  queue_.add(cancelled, start_ + 1s, duration::zero(), note("cancelled"));
  add("other", 1s);
  cancelled->cancel();
  EXPECT_THAT(advance(2s), ElementsAre("other"));
  EXPECT_EQ(queue_.next_due(), std::nullopt);
}

TEST_F(TimerQueueTest, TheHandleOfTheApplicationCancels) {
  const auto shared = handle();
  const timer application_handle(shared);
  queue_.add(shared, start_ + 1s, 1s, note("tick"));
  EXPECT_THAT(advance(1s), ElementsAre("tick"));
  application_handle.cancel();
  EXPECT_THAT(advance(5s), IsEmpty());
  EXPECT_EQ(queue_.next_due(), std::nullopt);
}

TEST_F(TimerQueueTest, AnEmptyHandleCancelsNothing) {
  EXPECT_NO_THROW(timer().cancel());
}

TEST_F(TimerQueueTest, APeriodicTimerMayCancelItself) {
  const auto self = handle();
  queue_.add(self, start_ + 1s, 1s, [&] {
    calls_.emplace_back("tick");
    self->cancel();
  });
  EXPECT_THAT(advance(1s), ElementsAre("tick"));
  EXPECT_EQ(queue_.next_due(), std::nullopt);
}

TEST_F(TimerQueueTest, ATimerMayCancelAnotherThatIsDueToo) {
  const auto other = handle();
  queue_.add(handle(), start_ + 1s, duration::zero(), [&] { other->cancel(); });
  queue_.add(other, start_ + 1s, duration::zero(), note("other"));
  EXPECT_THAT(advance(1s), IsEmpty());
}

TEST_F(TimerQueueTest, AWorkMayAddTimers) {
  queue_.add(handle(), start_ + 1s, duration::zero(), [&] {
    add("due", 2s);
    add("later", 20s);
  });
  EXPECT_THAT(advance(10s), ElementsAre("due"));
  EXPECT_EQ(queue_.next_due(), start_ + 20s);
}

TEST_F(TimerQueueTest, ClearDropsEverything) {
  add("a", 1s);
  add("b", 2s, 1s);
  queue_.clear();
  EXPECT_THAT(advance(1h), IsEmpty());
}

TEST_F(TimerQueueTest, AThrowingPeriodicTimerIsReportedAndStays) {
  std::string seen;
  queue_.add(handle(), start_ + 1s, 1s, [] { throw std::runtime_error("no luck"); });
  add("other", 1s);
  queue_.advance(start_ + 1s, [&] {
    try {
      std::rethrow_exception(std::current_exception());
    } catch (const std::exception& thrown) {
      seen = thrown.what();
    }
  });
  EXPECT_EQ(seen, "no luck");
  EXPECT_THAT(calls_, ElementsAre("other"));
  EXPECT_EQ(queue_.next_due(), start_ + 2s);
}

TEST_F(TimerQueueTest, AThrowingSingleTimerIsReportedOnce) {
  queue_.add(handle(), start_ + 1s, duration::zero(), [] { throw std::runtime_error("no luck"); });
  advance(5s);
  advance(6s);
  EXPECT_EQ(failures_, 1);
}

TEST_F(TimerQueueTest, TheWorkIsDestroyedWithItsTimer) {
  const auto captured = std::make_shared<int>(0);
  queue_.add(handle(), start_ + 1s, duration::zero(), [captured] { ++*captured; });
  EXPECT_EQ(captured.use_count(), 2);
  advance(1s);
  EXPECT_EQ(*captured, 1);
  EXPECT_EQ(captured.use_count(), 1);
}

}  // namespace
}  // namespace broadcast_hub
