#pragma once

#include "base/clock.hpp"
#include "topic/memory_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace broadcast_hub::topic {

/// The keys of a topic's latest publications: a retry is known by its key. What they take counts
/// against the budget of the logs; when that is tight, the older half goes.
///
/// Thread safety: none; a topic guards it.
class recent_keys {
 public:
  explicit recent_keys(memory_budget& budget) : budget_(budget) {}
  ~recent_keys();
  recent_keys(const recent_keys&) = delete;
  recent_keys& operator=(const recent_keys&) = delete;

  /// So many are remembered at most; the oldest go first.
  static constexpr std::size_t most = 10'000;

  /// The offset of the publication with that key; 0 when there is none.
  std::uint64_t find(std::string_view key) const noexcept;

  /// Requires that it is not there, and that time does not go back. If it throws, for want of
  /// memory, nothing has changed.
  void add(std::string_view key, std::uint64_t offset, time_point now);

  void forget_before(time_point then) noexcept;

  bool empty() const noexcept { return by_key_.empty(); }

 private:
  struct use {
    std::uint64_t offset;
    time_point at;
  };
  void forget_first() noexcept;
  static std::size_t cost_of(const std::string& key) noexcept { return 128 + key.capacity(); }

  memory_budget& budget_;
  std::unordered_map<std::string_view, use> by_key_;
  std::deque<std::string> order_;  // owns the keys; the oldest first
};

}  // namespace broadcast_hub::topic
