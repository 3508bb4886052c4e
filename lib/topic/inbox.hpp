#pragma once

#include "base/mutex.hpp"
#include "topic/lane.hpp"

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace broadcast_hub::topic {

class topic;

/// What one shard has to look at: topics with something new.
///
/// Thread safety: all methods may be called from any thread.
class inbox {
 public:
  struct notice {
    std::shared_ptr<topic> from;
    lane_kind lane = lane_kind::raw;
  };

  /// Returns whether the shard has to be woken, because nothing has woken it since it looked.
  bool put(notice news) {
    const lock_guard lock(mutex_);
    add(std::move(news));
    return !std::exchange(woken_, true);
  }

  /// There is no hurry: the shard finds it when it looks.
  void put_quietly(notice news) {
    const lock_guard lock(mutex_);
    add(std::move(news));
  }

  /// Moves everything into `out`, which is empty.
  void take(std::vector<notice>& out) {
    const lock_guard lock(mutex_);
    out.swap(notices_);
    woken_ = false;
    empty_.store(true, std::memory_order_relaxed);
  }

  bool empty() const noexcept { return empty_.load(std::memory_order_acquire); }

 private:
  void add(notice news) BROADCAST_HUB_REQUIRES(mutex_) {
    notices_.push_back(std::move(news));
    empty_.store(false, std::memory_order_release);
  }

  mutex mutex_;
  std::vector<notice> notices_ BROADCAST_HUB_GUARDED_BY(mutex_);
  bool woken_ BROADCAST_HUB_GUARDED_BY(mutex_) = false;
  std::atomic<bool> empty_{true};
};

}  // namespace broadcast_hub::topic
