#include "support/allocation_count.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace broadcast_hub::test {
namespace {

std::atomic<std::uint64_t> count{0};
thread_local scarce_memory* scarce = nullptr;

/// Counts one allocation; returns whether it may be made.
bool may_allocate() noexcept {
  count.fetch_add(1, std::memory_order_relaxed);
  if (scarce == nullptr || scarce->fails == 0)
    return true;
  if (scarce->left > 0) {
    --scarce->left;
    return true;
  }
  --scarce->fails;
  return false;
}

}  // namespace

with_scarce_memory::with_scarce_memory(scarce_memory& memory) noexcept {
  scarce = &memory;
}

with_scarce_memory::~with_scarce_memory() {
  scarce = nullptr;
}

std::uint64_t allocation_count() noexcept {
  return count.load(std::memory_order_relaxed);
}

namespace {

void* allocate(std::size_t size) noexcept {
  return may_allocate() ? std::malloc(size == 0 ? 1 : size) : nullptr;
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  void* memory = nullptr;
  if (!may_allocate() || ::posix_memalign(&memory, static_cast<std::size_t>(alignment), size) != 0)
    return nullptr;
  return memory;
}

void* or_throw(void* memory) {
  if (memory == nullptr)
    throw std::bad_alloc();
  return memory;
}

}  // namespace
}  // namespace broadcast_hub::test

// Asio does not ask operator new. The linker leads its calls here (--wrap=aligned_alloc).
extern "C" {
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);

void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  return broadcast_hub::test::may_allocate() ? __real_aligned_alloc(alignment, size) : nullptr;
}
}

// All forms, because a sanitizer has its own of those that are not replaced.
using broadcast_hub::test::allocate;
using broadcast_hub::test::or_throw;

void* operator new(std::size_t size) {
  return or_throw(allocate(size));
}
void* operator new[](std::size_t size) {
  return or_throw(allocate(size));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
