#include "base/striped_mutex.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace broadcast_hub {
namespace {

// More threads than stripes, so that some share one. The thread sanitizer looks, too.
TEST(StripedMutexTest, ReadersSeeAllOfAChangeOrNothing) {
  constexpr int changes = 1'000;
  striped_mutex guard;
  int left = 0;
  int right = 0;
  std::atomic<int> torn{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 20; ++i) {
    readers.emplace_back([&] {
      do {
        {
          const std::shared_lock lock(guard);
          if (left != right)
            ++torn;
        }
        std::this_thread::yield();  // here, not with the lock
      } while (!over);
    });
  }
  std::vector<std::thread> writers;
  for (int i = 0; i < 2; ++i) {
    writers.emplace_back([&] {
      for (int change = 0; change < changes; ++change) {
        const std::unique_lock lock(guard);
        ++left;
        std::this_thread::yield();
        ++right;
      }
    });
  }
  for (std::thread& each : writers)
    each.join();
  over = true;
  for (std::thread& each : readers)
    each.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(left, 2 * changes);
}

TEST(StripedMutexTest, ReadersDoNotWaitForEachOther) {
  striped_mutex guard;
  const std::shared_lock lock(guard);
  std::vector<std::thread> readers;
  for (int i = 0; i < 20; ++i)
    readers.emplace_back([&] { const std::shared_lock other(guard); });
  for (std::thread& each : readers)
    each.join();  // else it would hang here
}

}  // namespace
}  // namespace broadcast_hub
