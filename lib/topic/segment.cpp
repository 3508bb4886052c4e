#include "topic/segment.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace broadcast_hub::topic {

namespace {

/// Has a segment and the count of its owners stand in front of its bytes. Both hold the block: it
/// goes when neither of them is needed any more.
template <typename T>
class front_of_block {
 public:
  using value_type = T;

  explicit front_of_block(const std::shared_ptr<char[]>& block) noexcept : block_(block) {}
  template <typename U>
  front_of_block(const front_of_block<U>& other) noexcept : block_(other.block()) {}

  T* allocate(std::size_t count) {
    void* place = block_.get();
    std::size_t room = segment::overhead;
    if (std::align(alignof(T), count * sizeof(T), place, room) == nullptr)
      throw std::bad_alloc();  // then `overhead` is too small for this platform
    return static_cast<T*>(place);
  }
  void deallocate(T*, std::size_t) noexcept {}

  const std::shared_ptr<char[]>& block() const noexcept { return block_; }

  template <typename U>
  bool operator==(const front_of_block<U>& other) const noexcept {
    return block_ == other.block();
  }

 private:
  std::shared_ptr<char[]> block_;
};

/// Not value-initialised: every byte is written before a reader may see it. One allocation, or two
/// with a library that cannot do that, as libc++ 14.
std::shared_ptr<char[]> make_block(std::size_t size, memory_budget& budget) {
  budgeted_allocator<char> memory(budget);
#ifdef __cpp_lib_smart_ptr_for_overwrite
  return std::allocate_shared_for_overwrite<char[]>(memory, size);
#else
  const auto give_back = [memory, size](char* block) mutable { memory.deallocate(block, size); };
  return {memory.allocate(size), give_back, memory};
#endif
}

}  // namespace

std::shared_ptr<segment> segment::make(std::uint64_t begin, std::uint64_t units_before,
                                       std::size_t capacity, memory_budget& budget) {
  auto block = make_block(overhead + capacity, budget);
  const front_of_block<segment> front(block);
  return std::allocate_shared<segment>(front, begin, units_before, capacity, std::move(block));
}

segment::~segment() {
  // A long chain must not be destroyed by recursion: the first destructor of this thread lets go
  // of the segments one by one, and those inside it only hand on what they held.
  static thread_local std::shared_ptr<segment>* unchained = nullptr;
  std::shared_ptr<segment> rest = std::move(next_);
  if (unchained != nullptr) {
    *unchained = std::move(rest);
    return;
  }
  unchained = &rest;
  while (rest) {
    const std::shared_ptr<segment> first = std::move(rest);
  }
  unchained = nullptr;
}

void segment::write(std::uint64_t position, std::string_view bytes) noexcept {
  // Not memcpy, which forbids the null pointer of an empty view.
  std::copy(bytes.begin(), bytes.end(), block_.get() + overhead + (position - begin_));
}

void segment::seal(std::shared_ptr<segment> next) noexcept {
  const std::uint64_t end = next->begin();
  next_ = std::move(next);
  end_.store(end, std::memory_order_release);
}

}  // namespace broadcast_hub::topic
