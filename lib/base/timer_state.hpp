#pragma once

#include <broadcast_hub/timer.hpp>

#include <atomic>

namespace broadcast_hub {

/// What a timer and its queue share. The entry itself stays in the queue until it is due: a flag is
/// all that another thread may touch.
class BROADCAST_HUB_NO_EXPORT timer::state {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_release); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace broadcast_hub
