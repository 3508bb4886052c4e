#pragma once

#include "base/clock.hpp"
#include "topic/cursor.hpp"
#include "topic/lane.hpp"
#include "topic/memory_budget.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace broadcast_hub::topic {

/// One past publication: its frame as it was sent.
struct past_unit {
  std::uint64_t offset = 0;
  log_piece frame;
};

/// The past publications that a topic keeps: places in one of its lanes, whose segments they hold.
///
/// Thread safety: none; a topic guards it.
class history {
 public:
  explicit history(const history_options& options) : options_(options) {}

  /// Has the next `add` not fail for want of memory.
  void make_room();

  /// A unit is about to be appended to the lane, at `position`, in `part`.
  void add(std::uint64_t position, const std::shared_ptr<segment>& part, time_point now);

  /// Lets go of what is too much or too old. `end`: of the lane.
  void trim(std::uint64_t end, time_point now);

  /// Lets go of the older half, or less, but not of the last one: memory is short.
  void halve();
  void clear();

  /// The lane has begun a new segment: copies the only one that is kept, which may lie in a large
  /// one. If there is no memory for that, it stays where it is. `newest`: its offset.
  void own_newest(const lane& of, std::uint64_t newest, memory_budget& budget) noexcept;

  bool empty() const noexcept { return size() == 0; }
  std::size_t size() const noexcept { return entries_.size() - first_; }

  /// Bytes that it keeps. `end`: of the lane.
  std::uint64_t bytes(std::uint64_t end) const noexcept {
    return empty() ? 0 : end - entries_[first_].position;
  }

  /// Where the unit with that offset ends; `newest`: the topic's offset, `end`: of the lane.
  /// Requires: all units behind it are kept.
  std::uint64_t position_behind(std::uint64_t offset, std::uint64_t newest,
                                std::uint64_t end) const noexcept {
    return offset == newest ? end : entries_[first_ + (offset - (newest - size()))].position;
  }

  /// The place there. Requires also: there are units behind it.
  cursor place_behind(std::uint64_t offset, std::uint64_t newest, std::uint64_t end) const;

  /// Units behind `since`, the oldest first, at most `limit`; `newest`: the topic's offset.
  std::vector<past_unit> read(std::uint64_t since, std::size_t limit, std::uint64_t newest,
                              unit_size measure) const;

 private:
  struct entry {
    std::uint64_t position;
    time_point added;
  };

  void drop_first();

  const history_options& options_;
  std::vector<entry> entries_;
  std::size_t first_ = 0;            // those before it are gone
  std::shared_ptr<segment> oldest_;  // holds the first entry
};

}  // namespace broadcast_hub::topic
