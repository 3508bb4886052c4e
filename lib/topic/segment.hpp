#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

namespace broadcast_hub::topic {

/// A piece of a topic's log. Bytes below the log's head never change, so readers need no lock.
///
/// Segments form a chain of shared pointers: whoever holds one holds all that follow, and what
/// nobody holds is gone. Whoever needs only the bytes of one holds its `bytes()`.
class segment {
 public:
  segment(std::uint64_t begin, std::size_t capacity);
  ~segment();
  segment(const segment&) = delete;
  segment& operator=(const segment&) = delete;

  std::uint64_t begin() const noexcept { return begin_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::shared_ptr<const char[]> bytes() const noexcept { return data_; }
  const char* at(std::uint64_t position) const noexcept {
    return data_.get() + (position - begin_);
  }

  /// Where the next segment begins; the largest number while this is the last one.
  std::uint64_t end() const noexcept { return end_.load(std::memory_order_acquire); }

  /// Requires: `end()` was seen to be below the largest number.
  const std::shared_ptr<segment>& next() const noexcept { return next_; }

  /// @name For the log, under its lock
  /// @{
  std::size_t room(std::uint64_t position) const noexcept {
    return capacity_ - (position - begin_);
  }
  void write(std::uint64_t position, std::string_view bytes) noexcept;
  void seal(std::shared_ptr<segment> next) noexcept;
  /// @}

 private:
  std::uint64_t begin_;
  std::size_t capacity_;
  std::shared_ptr<char[]> data_;
  std::atomic<std::uint64_t> end_{std::numeric_limits<std::uint64_t>::max()};
  std::shared_ptr<segment> next_;  // written before `end_`, read after it
};

}  // namespace broadcast_hub::topic
