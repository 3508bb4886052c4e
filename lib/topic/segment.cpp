#include "topic/segment.hpp"

#include <cstring>
#include <utility>

namespace broadcast_hub::topic {

// Not value-initialised: every byte is written before a reader may see it.
segment::segment(std::uint64_t begin, std::size_t capacity)
    : begin_(begin), capacity_(capacity), data_(new char[capacity]) {}

segment::~segment() {
  // Unchained one by one: a long chain must not be destroyed by recursion.
  std::shared_ptr<segment> next = std::move(next_);
  while (next && next.use_count() == 1) next = std::move(next->next_);
}

void segment::write(std::uint64_t position, std::string_view bytes) noexcept {
  std::memcpy(data_.get() + (position - begin_), bytes.data(), bytes.size());
}

void segment::seal(std::shared_ptr<segment> next) noexcept {
  const std::uint64_t end = next->begin();
  next_ = std::move(next);
  end_.store(end, std::memory_order_release);
}

}  // namespace broadcast_hub::topic
