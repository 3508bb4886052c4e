#pragma once

#include <mutex>

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

/// `std::mutex` with annotations; libstdc++'s has none.
class BROADCAST_HUB_TSA(capability("mutex")) mutex {
 public:
  void lock() BROADCAST_HUB_TSA(acquire_capability()) { native_.lock(); }
  void unlock() BROADCAST_HUB_TSA(release_capability()) { native_.unlock(); }

 private:
  std::mutex native_;
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
