#pragma once

#include "topic/memory_budget.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

namespace broadcast_hub::topic {

/// How long the unit (an encoded frame) is whose first bytes stand at `unit`. Passed in, because a
/// topic does not know what it carries.
using unit_size = std::size_t (*)(const char* unit) noexcept;

/// A piece of a topic's log. Bytes below the log's head never change, so readers need no lock.
///
/// Segments form a chain of shared pointers: whoever holds one holds all that follow, and what
/// nobody holds is gone. Whoever needs only the bytes of one holds its `bytes()`.
class segment {
 public:
  static constexpr std::size_t smallest = 512;
  static constexpr std::size_t largest = std::size_t{64} * 1024;
  static constexpr std::size_t overhead = 128;  ///< of memory, for each

  /// In one allocation with its bytes, which counts against `budget` and is outlived by it.
  /// `begin`: bytes of the log before it; `units_before`: the offset of the last unit before it.
  static std::shared_ptr<segment> make(std::uint64_t begin, std::uint64_t units_before,
                                       std::size_t capacity, memory_budget& budget);

  /// For `make`. `block` has room for the bytes behind `overhead`.
  segment(std::uint64_t begin, std::uint64_t units_before, std::size_t capacity,
          std::shared_ptr<char[]> block) noexcept
      : begin_(begin), units_before_(units_before), capacity_(capacity), block_(std::move(block)) {}
  ~segment();
  segment(const segment&) = delete;
  segment& operator=(const segment&) = delete;

  std::uint64_t begin() const noexcept { return begin_; }
  std::uint64_t units_before() const noexcept { return units_before_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::shared_ptr<const char[]> bytes() const noexcept { return {block_, at(begin_)}; }
  const char* at(std::uint64_t position) const noexcept {
    return block_.get() + overhead + (position - begin_);
  }

  /// Where the next segment begins; the largest number while this is the last one.
  std::uint64_t end() const noexcept { return end_.load(std::memory_order_acquire); }
  bool is_last() const noexcept { return end() == std::numeric_limits<std::uint64_t>::max(); }

  /// Requires: `is_last()` was seen to be false.
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
  std::uint64_t units_before_;
  std::size_t capacity_;
  std::shared_ptr<char[]> block_;
  std::atomic<std::uint64_t> end_{std::numeric_limits<std::uint64_t>::max()};
  std::shared_ptr<segment> next_;  // written before `end_`, read after it
};

}  // namespace broadcast_hub::topic
