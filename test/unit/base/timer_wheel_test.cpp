#include "base/timer_wheel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <vector>

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto tick = timer_wheel::tick;
constexpr auto turn = timer_wheel::tick * timer_wheel::slots;

class TimerWheelTest : public testing::Test {
 protected:
  /// Turns the wheel to `now` and returns which of `items_` expired, by index.
  std::vector<std::size_t> advance(time_point now) {
    std::vector<std::size_t> expired;
    wheel_.advance(now, [&](timer_wheel::node& due) {
      EXPECT_FALSE(due.scheduled());
      EXPECT_LE(due.deadline, now);
      expired.push_back(index_of(due));
    });
    return expired;
  }

  std::size_t index_of(const timer_wheel::node& item) const {
    return static_cast<std::size_t>(&item - items_.data());
  }

  // Not a multiple of anything, like a real clock.
  const time_point start_{std::chrono::nanoseconds(1'234'567'890'123)};
  timer_wheel wheel_{start_};
  std::vector<timer_wheel::node> items_ = std::vector<timer_wheel::node>(100);
};

TEST_F(TimerWheelTest, ANewWheelIsEmpty) {
  EXPECT_TRUE(wheel_.empty());
  EXPECT_THAT(advance(start_ + 3 * turn), IsEmpty());
}

TEST_F(TimerWheelTest, NothingExpiresEarlyNorMoreThanATickLate) {
  const duration delays[] = {1ns,
                             1ms,
                             tick - 1ns,
                             tick,
                             tick + 1ns,
                             10 * tick,
                             turn - tick,
                             turn - 1ns,
                             turn,
                             turn + 1ns,
                             turn + tick,
                             2 * turn + 3ms,
                             std::chrono::hours(24)};
  for (const duration delay : delays) {
    timer_wheel wheel(start_);
    timer_wheel::node item;
    wheel.schedule(item, start_ + delay);
    bool expired = false;
    const auto note = [&](timer_wheel::node&) { expired = true; };
    wheel.advance(start_ + delay - 1ns, note);
    EXPECT_FALSE(expired) << delay.count();
    wheel.advance(start_ + delay + tick, note);
    EXPECT_TRUE(expired) << delay.count();
    EXPECT_TRUE(wheel.empty());
  }
}

TEST_F(TimerWheelTest, AnyStepsOfTheClockKeepThePromise) {
  constexpr unsigned seed = 20'221'122;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  time_point now = start_;
  for (int step = 0; step < 20'000; ++step) {
    const auto roll = random() % 100;
    const duration jump = roll < 90   ? duration(1ms) * (random() % 300)
                          : roll < 97 ? duration(1s) * (random() % 60)
                                      : duration(1s) * (random() % 300);
    const time_point before = now;
    now += jump + duration(random() % 1000);
    wheel_.advance(now, [&](timer_wheel::node& due) {
      ASSERT_LE(due.deadline, now) << "early, step " << step;
      ASSERT_GT(due.deadline + tick, before) << "late, step " << step;
    });
    timer_wheel::node& item = items_[random() % items_.size()];
    if (random() % 4 == 0) {
      wheel_.drop(item);
    } else {
      wheel_.schedule(item, now + duration(1ms) * (random() % 200'000));
    }
    for (const timer_wheel::node& each : items_) {
      ASSERT_TRUE(!each.scheduled() || each.deadline + tick > now) << "forgotten, step " << step;
    }
  }
}

// The wheel once lost its grid in such a jump, and what lay in the odd part came a turn late.
TEST_F(TimerWheelTest, ALongJumpForgetsNothing) {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    wheel_.schedule(items_[i], start_ + 10s + 10ms * i);
  }
  const time_point now = start_ + turn + 10s + 500ms + 3ns;
  EXPECT_THAT(advance(now), testing::SizeIs(items_.size()));
  EXPECT_TRUE(wheel_.empty());
}

TEST_F(TimerWheelTest, AfterALongJumpShortDeadlinesAreKept) {
  advance(start_ + 10 * turn + 77ms);
  const time_point now = start_ + 10 * turn + 77ms;
  wheel_.schedule(items_[0], now + 1ms);
  wheel_.schedule(items_[1], now + 200ms);
  EXPECT_THAT(advance(now + 1ms + tick), ElementsAre(0U));
  EXPECT_THAT(advance(now + 200ms + tick), ElementsAre(1U));
}

TEST_F(TimerWheelTest, ADeadlineThatHasPassedExpiresAtTheNextTick) {
  advance(start_ + 10 * tick);
  wheel_.schedule(items_[0], start_);
  EXPECT_EQ(wheel_.next_due(), start_ + 11 * tick);
  EXPECT_THAT(advance(start_ + 11 * tick), ElementsAre(0U));
}

TEST_F(TimerWheelTest, AMovedDeadlineCountsOnlyAtItsNewTime) {
  wheel_.schedule(items_[0], start_ + 1s);
  wheel_.schedule(items_[0], start_ + 5s);
  EXPECT_THAT(advance(start_ + 4s), IsEmpty());
  wheel_.schedule(items_[0], start_ + 4500ms);
  EXPECT_THAT(advance(start_ + 4500ms + tick), ElementsAre(0U));
  EXPECT_TRUE(wheel_.empty());
}

TEST_F(TimerWheelTest, ADroppedOneNeverExpires) {
  wheel_.schedule(items_[0], start_ + 1s);
  wheel_.schedule(items_[1], start_ + 1s);
  wheel_.drop(items_[0]);
  wheel_.drop(items_[0]);
  EXPECT_FALSE(items_[0].scheduled());
  EXPECT_THAT(advance(start_ + 2s), ElementsAre(1U));
}

TEST_F(TimerWheelTest, TheCallbackMayDropOthersThatAreDue) {
  for (std::size_t i = 0; i < 3; ++i) {
    wheel_.schedule(items_[i], start_ + 1s);
  }
  std::vector<std::size_t> expired;
  wheel_.advance(start_ + 2s, [&](timer_wheel::node& due) {
    expired.push_back(index_of(due));
    wheel_.drop(items_[1]);
  });
  EXPECT_THAT(expired, ElementsAre(0U, 2U));
  EXPECT_TRUE(wheel_.empty());
}

TEST_F(TimerWheelTest, TheCallbackMayMoveOthersThatAreDue) {
  for (std::size_t i = 0; i < 3; ++i) {
    wheel_.schedule(items_[i], start_ + 1s);
  }
  std::vector<std::size_t> expired;
  wheel_.advance(start_ + 2s, [&](timer_wheel::node& due) {
    expired.push_back(index_of(due));
    wheel_.schedule(items_[2], start_ + 10s);
  });
  EXPECT_THAT(expired, ElementsAre(0U, 1U));
  EXPECT_THAT(advance(start_ + 10s + tick), ElementsAre(2U));
}

TEST_F(TimerWheelTest, TheCallbackMayScheduleItsNodeAgainIntoTheSameSlot) {
  wheel_.schedule(items_[0], start_ + 1s);
  int calls = 0;
  const auto again = [&](timer_wheel::node& due) {
    ++calls;
    wheel_.schedule(due, due.deadline + turn);
  };
  wheel_.advance(start_ + 2s, again);
  EXPECT_EQ(calls, 1);
  wheel_.advance(start_ + turn + 1s - 1ns, again);
  EXPECT_EQ(calls, 1);
  wheel_.advance(start_ + turn + 1s + tick, again);
  EXPECT_EQ(calls, 2);
  wheel_.drop(items_[0]);
}

TEST_F(TimerWheelTest, TheCallbackMaySetADeadlineThatHasPassed) {
  wheel_.schedule(items_[0], start_ + 1s);
  int calls = 0;
  wheel_.advance(start_ + 1s + tick, [&](timer_wheel::node& due) {
    ++calls;
    wheel_.schedule(due, start_);
  });
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(advance(start_ + 1s + 3 * tick), ElementsAre(0U));
}

TEST_F(TimerWheelTest, NextDueIsTheNextSlotThatHasSomething) {
  wheel_.schedule(items_[0], start_ + 10 * tick);
  EXPECT_EQ(wheel_.next_due(), start_ + 10 * tick);
  wheel_.schedule(items_[1], start_ + 3 * tick - 1ns);
  EXPECT_EQ(wheel_.next_due(), start_ + 3 * tick);
  wheel_.drop(items_[1]);
  wheel_.schedule(items_[2], start_ + 5 * tick + 1ns);
  EXPECT_EQ(wheel_.next_due(), start_ + 6 * tick);
}

TEST_F(TimerWheelTest, NextDueNeverOversleepsADeadline) {
  for (const duration delay :
       {duration(1ns), duration(tick), duration(turn), duration(turn + 5s)}) {
    timer_wheel wheel(start_);
    timer_wheel::node item;
    wheel.schedule(item, start_ + delay);
    int wakes = 0;
    bool expired = false;
    while (!expired && wakes < 5) {
      ++wakes;
      const time_point due = wheel.next_due();
      EXPECT_LE(due, start_ + delay + tick);
      wheel.advance(due, [&](timer_wheel::node&) { expired = true; });
    }
    EXPECT_TRUE(expired) << delay.count();
    EXPECT_LE(wakes, 3) << delay.count();
  }
}

}  // namespace
}  // namespace broadcast_hub
