#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

namespace broadcast_hub::net {

/// Room for one small object at a time, so that to make it again and again allocates nothing.
///
/// Thread safety: both methods may be called from any thread.
class spare_memory {
 public:
  spare_memory() = default;
  spare_memory(const spare_memory&) = delete;
  spare_memory& operator=(const spare_memory&) = delete;

  /// Null when it is in use, or too small.
  void* take(std::size_t size) noexcept {
    if (size > bytes_.size() || taken_.exchange(true, std::memory_order_acquire))
      return nullptr;
    return bytes_.data();
  }

  /// Returns whether it was from here.
  bool give_back(const void* memory) noexcept {
    if (memory != bytes_.data())
      return false;
    taken_.store(false, std::memory_order_release);
    return true;
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 128> bytes_;
  std::atomic<bool> taken_{false};
};

/// Allocates there, or on the heap while it is in use.
template <typename T>
class spare_allocator {
 public:
  using value_type = T;

  explicit spare_allocator(spare_memory& spare) noexcept : spare_(&spare) {}
  template <typename U>
  spare_allocator(const spare_allocator<U>& other) noexcept : spare_(&other.spare()) {}

  T* allocate(std::size_t count) {
    void* const memory = spare_->take(count * sizeof(T));
    return memory != nullptr ? static_cast<T*>(memory) : std::allocator<T>().allocate(count);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if (!spare_->give_back(memory))
      std::allocator<T>().deallocate(memory, count);
  }

  spare_memory& spare() const noexcept { return *spare_; }

  template <typename U>
  bool operator==(const spare_allocator<U>& other) const noexcept {
    return spare_ == &other.spare();
  }

 private:
  spare_memory* spare_;
};

}  // namespace broadcast_hub::net
