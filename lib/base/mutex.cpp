#include "base/mutex.hpp"

namespace broadcast_hub {
namespace {

/// Tells the processor that this is a loop that waits.
inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

}  // namespace

// 64 pauses are one or two microseconds, all of them together less than a hundred: a processor that
// is taken from whoever has the lock comes back much later.
void mutex::lock_contended() noexcept {
  constexpr int shortest = 64;
  constexpr int longest = 1024;
  for (int pauses = shortest; pauses <= longest; pauses *= 2) {
    for (int i = 0; i < pauses; ++i)
      pause();
    if (::pthread_mutex_trylock(&native_) == 0)
      return;
  }
  ::pthread_mutex_lock(&native_);
}

}  // namespace broadcast_hub
