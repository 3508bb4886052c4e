#include "base/mutex.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace broadcast_hub {
namespace {

// More threads than processors, so that some lose theirs while they hold it. The thread sanitizer
// looks, too.
TEST(MutexTest, OneAtATimeIsInside) {
  constexpr int threads = 16;
  constexpr int turns = 5'000;
  mutex guard;
  int inside = 0;
  int turns_taken = 0;
  std::atomic<int> crowded{0};
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      for (int turn = 0; turn < turns; ++turn) {
        const lock_guard lock(guard);
        if (++inside != 1)
          ++crowded;
        ++turns_taken;
        --inside;
      }
    });
  }
  for (std::thread& each : all)
    each.join();
  EXPECT_EQ(crowded, 0);
  EXPECT_EQ(turns_taken, threads * turns);
}

// It is held for longer than anybody stays awake: those who came sleep then, and are woken.
TEST(MutexTest, WhoWaitsLongGetsItWhenItIsFree) {
  mutex guard;
  std::atomic<int> coming{0};
  std::atomic<int> done{0};
  std::vector<std::thread> waiting;
  {
    const lock_guard lock(guard);
    for (int i = 0; i < 4; ++i) {
      waiting.emplace_back([&] {
        ++coming;
        const lock_guard own(guard);
        ++done;
      });
    }
    while (coming < 4)
      std::this_thread::yield();
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    EXPECT_EQ(done, 0);
  }
  for (std::thread& each : waiting)
    each.join();  // else it would hang here
  EXPECT_EQ(done, 4);
}

}  // namespace
}  // namespace broadcast_hub
