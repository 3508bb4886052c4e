#pragma once

#include <pthread.h>

// Clang checks at compile time that what a mutex guards is touched only under it
// (-Wthread-safety). Other compilers see nothing.
#if defined(__clang__)
#define BROADCAST_HUB_TSA(x) __attribute__((x))
#else
#define BROADCAST_HUB_TSA(x)
#endif

#define BROADCAST_HUB_GUARDED_BY(m) BROADCAST_HUB_TSA(guarded_by(m))
#define BROADCAST_HUB_REQUIRES(m) BROADCAST_HUB_TSA(requires_capability(m))

namespace broadcast_hub {

/// As `std::mutex`, with annotations, which libstdc++'s has not, and patient: who finds it locked
/// stays away for a while, twice as long each time, before he sleeps. Most of what is done under it
/// takes less time than to wake somebody. And while others stay away, one that locks it again and
/// again finds it, and what it guards, in the caches of its own processor.
class BROADCAST_HUB_TSA(capability("mutex")) mutex {
 public:
  mutex() = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void lock() BROADCAST_HUB_TSA(acquire_capability()) {
    if (::pthread_mutex_trylock(&native_) != 0)
      lock_contended();
  }
  void unlock() BROADCAST_HUB_TSA(release_capability()) { ::pthread_mutex_unlock(&native_); }

 private:
  void lock_contended() noexcept;

  pthread_mutex_t native_ = PTHREAD_MUTEX_INITIALIZER;
};

/// Holds a mutex for the length of a block.
class BROADCAST_HUB_TSA(scoped_lockable) lock_guard {
 public:
  explicit lock_guard(mutex& m) BROADCAST_HUB_TSA(acquire_capability(m)) : mutex_(m) {
    mutex_.lock();
  }
  ~lock_guard() BROADCAST_HUB_TSA(release_capability()) { mutex_.unlock(); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;

 private:
  mutex& mutex_;
};

}  // namespace broadcast_hub
