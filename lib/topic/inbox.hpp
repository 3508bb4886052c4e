#pragma once

#include "base/mutex.hpp"
#include "topic/lane_kind.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace broadcast_hub::topic {

class topic;

/// What one shard has to look at: topics with something new. A chain of notices that belong to the
/// topics, so telling allocates nothing and cannot fail.
///
/// Thread safety: all methods may be called from any thread; only the shard drops notices.
class inbox {
 public:
  /// What a topic has for one shard and lane. It does not move.
  struct notice {
    std::shared_ptr<topic> from;  ///< null: it is in no inbox
    lane_kind lane = lane_kind::raw;
    notice* next = nullptr;
  };

  inbox() = default;
  ~inbox() {
    while (first().from)
      drop_first();
  }
  inbox(const inbox&) = delete;
  inbox& operator=(const inbox&) = delete;

  /// Returns whether the shard has to be woken, because nothing has woken it since it looked last.
  bool put(notice& news, std::shared_ptr<topic> from, lane_kind lane) noexcept {
    const lock_guard lock(mutex_);
    add(news, std::move(from), lane);
    return !std::exchange(woken_, true);
  }

  /// There is no hurry: the shard finds it when it looks.
  void put_quietly(notice& news, std::shared_ptr<topic> from, lane_kind lane) noexcept {
    const lock_guard lock(mutex_);
    add(news, std::move(from), lane);
  }

  /// The one that has waited longest; it stays until it is dropped. Without a topic: there is none,
  /// and the next one wakes the shard.
  notice first() noexcept {
    const lock_guard lock(mutex_);
    if (first_ == nullptr) {
      woken_ = false;
      return {};
    }
    return {first_->from, first_->lane, nullptr};
  }

  /// Requires that there is one.
  void drop_first() noexcept {
    std::shared_ptr<topic> dropped;  // let go of without the lock
    const lock_guard lock(mutex_);
    dropped = std::move(first_->from);
    first_ = std::exchange(first_->next, nullptr);
    if (first_ == nullptr)
      empty_.store(true, std::memory_order_relaxed);
  }

  bool empty() const noexcept { return empty_.load(std::memory_order_acquire); }

 private:
  void add(notice& news, std::shared_ptr<topic> from, lane_kind lane) noexcept
      BROADCAST_HUB_REQUIRES(mutex_) {
    if (news.from)
      return;
    news.from = std::move(from);
    news.lane = lane;
    (first_ == nullptr ? first_ : last_->next) = &news;
    last_ = &news;
    empty_.store(false, std::memory_order_release);
  }

  mutex mutex_;
  notice* first_ BROADCAST_HUB_GUARDED_BY(mutex_) = nullptr;
  notice* last_ BROADCAST_HUB_GUARDED_BY(mutex_) = nullptr;
  bool woken_ BROADCAST_HUB_GUARDED_BY(mutex_) = false;
  std::atomic<bool> empty_{true};
};

}  // namespace broadcast_hub::topic
