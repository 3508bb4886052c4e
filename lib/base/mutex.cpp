#include "base/mutex.hpp"

#include <thread>

namespace broadcast_hub {
namespace {

/// Tells the processor that this is a loop that waits; where that is not known, it goes on at once.
void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

}  // namespace

// The first wait is about a microsecond, and all together are some tens of them, by the processor:
// one that is taken from whoever has the lock comes back much later.
void mutex::lock_contended() noexcept {
  constexpr int shortest = 64;
  constexpr int longest = 1024;
  // With one processor nobody can unlock it meanwhile.
  static const bool alone = std::thread::hardware_concurrency() == 1;
  for (int waits = shortest; waits <= longest && !alone; waits *= 2) {
    for (int i = 0; i < waits; ++i)
      relax();
    if (::pthread_mutex_trylock(&native_) == 0)
      return;
  }
  ::pthread_mutex_lock(&native_);
}

}  // namespace broadcast_hub
