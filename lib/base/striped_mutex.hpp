#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <shared_mutex>

namespace broadcast_hub {

/// A mutex for what is read all the time by many threads and seldom changed: readers lock one of
/// several mutexes, which they share with few others, so they do not wait for each other's cache
/// lines; a writer locks all of them. For `std::shared_lock` and `std::unique_lock`.
class striped_mutex {
 public:
  void lock_shared() { own().lock_shared(); }
  void unlock_shared() { own().unlock_shared(); }

  void lock() {
    for (stripe& each : stripes_)
      each.native.lock();
  }
  void unlock() {
    for (stripe& each : stripes_)
      each.native.unlock();
  }

 private:
  static constexpr std::size_t count = 16;

  // Two lines of the cache: processors fetch them in pairs.
  struct alignas(128) stripe {
    std::shared_mutex native;
  };

  std::shared_mutex& own() noexcept {
    static std::atomic<std::size_t> threads{0};
    static thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return stripes_[number % count].native;
  }

  std::array<stripe, count> stripes_;
};

}  // namespace broadcast_hub
