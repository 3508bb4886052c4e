#pragma once

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace broadcast_hub {

/// A mutex for what is read all the time by many threads and seldom changed: readers lock one of
/// several mutexes, which they share with few others, so they do not wait for each other's cache
/// lines; a writer locks all of them. Readers let a writer which waits go first, else those who
/// share one of the several could keep it out for long; so a reader must not lock again what it
/// holds. For `std::shared_lock` and `std::unique_lock`.
class striped_mutex {
 public:
  striped_mutex() = default;
  striped_mutex(const striped_mutex&) = delete;
  striped_mutex& operator=(const striped_mutex&) = delete;

  void lock_shared() { ::pthread_rwlock_rdlock(&own()); }
  void unlock_shared() { ::pthread_rwlock_unlock(&own()); }

  void lock() {
    for (stripe& each : stripes_)
      ::pthread_rwlock_wrlock(&each.native);
  }
  void unlock() {
    for (stripe& each : stripes_)
      ::pthread_rwlock_unlock(&each.native);
  }

 private:
  static constexpr std::size_t count = 16;

  // Two lines of the cache: processors fetch them in pairs.
  struct alignas(128) stripe {
#ifdef PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP
    pthread_rwlock_t native = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
#else
    pthread_rwlock_t native = PTHREAD_RWLOCK_INITIALIZER;
#endif
  };

  pthread_rwlock_t& own() noexcept {
    static std::atomic<std::size_t> threads{0};
    static thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return stripes_[number % count].native;
  }

  std::array<stripe, count> stripes_;
};

}  // namespace broadcast_hub
