#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace broadcast_hub::topic {

/// Counts the bytes of all logs of a hub against one limit.
///
/// Thread safety: all methods may be called from any thread.
class memory_budget {
 public:
  explicit memory_budget(std::size_t limit) noexcept : limit_(limit) {}
  memory_budget(const memory_budget&) = delete;
  memory_budget& operator=(const memory_budget&) = delete;

  void take(std::size_t bytes) noexcept { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void give_back(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

  /// Several threads that ask at once may together go past the limit, by what each of them takes.
  bool has_room_for(std::size_t bytes) const noexcept { return used() + bytes <= limit_; }

  /// Whether it could, if nothing else were there.
  bool could_hold(std::size_t bytes) const noexcept { return bytes <= limit_; }

  /// Time to let go of what is not needed.
  bool tight() const noexcept { return used() > limit_ / 4 * 3; }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

/// Takes from a budget what it allocates, until it is freed.
template <typename T>
class budgeted_allocator {
 public:
  using value_type = T;

  explicit budgeted_allocator(memory_budget& budget) noexcept : budget_(&budget) {}
  template <typename U>
  budgeted_allocator(const budgeted_allocator<U>& other) noexcept : budget_(&other.budget()) {}

  T* allocate(std::size_t count) {
    T* const memory = std::allocator<T>().allocate(count);
    budget_->take(count * sizeof(T));
    return memory;
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    budget_->give_back(count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }

  memory_budget& budget() const noexcept { return *budget_; }

  template <typename U>
  bool operator==(const budgeted_allocator<U>& other) const noexcept {
    return budget_ == &other.budget();
  }

 private:
  memory_budget* budget_;
};

}  // namespace broadcast_hub::topic
