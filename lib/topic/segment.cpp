#include "topic/segment.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::topic {

// Not value-initialised: every byte is written before a reader may see it.
segment::segment(std::uint64_t begin, std::uint64_t units_before, std::size_t capacity,
                 memory_budget& budget)
    : begin_(begin),
      units_before_(units_before),
      capacity_(capacity),
      data_(
          std::allocate_shared_for_overwrite<char[]>(budgeted_allocator<char>(budget), capacity)) {}

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
  std::copy(bytes.begin(), bytes.end(), data_.get() + (position - begin_));
}

void segment::seal(std::shared_ptr<segment> next) noexcept {
  const std::uint64_t end = next->begin();
  next_ = std::move(next);
  end_.store(end, std::memory_order_release);
}

}  // namespace broadcast_hub::topic
