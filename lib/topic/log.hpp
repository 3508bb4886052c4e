#pragma once

#include "base/mutex.hpp"
#include "topic/segment.hpp"

#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <string_view>

namespace broadcast_hub::topic {

/// How long the unit (an encoded frame) is whose first bytes stand at `unit`. Passed in, because a
/// topic does not know what it carries.
using unit_size = std::size_t (*)(const char* unit) noexcept;

/// The end of a log at one moment.
struct log_end {
  std::uint64_t position = 0;  ///< bytes appended so far
  std::uint64_t offset = 0;    ///< units appended so far
};

/// One topic: an append-only log that any thread appends to and every shard reads. A unit never
/// straddles two segments.
///
/// Each shard is a reader. The log keeps only its last segment; readers hold what they still need.
/// Thread safety: all methods may be called from any thread.
class log {
 public:
  static constexpr std::size_t max_readers = 256;
  static constexpr std::size_t first_segment_bytes = 512;
  static constexpr std::size_t largest_segment_bytes = std::size_t{64} * 1024;

  /// `max_backlog_bytes`: how far the slowest reader may be behind before `append` refuses.
  log(std::size_t readers, std::size_t max_backlog_bytes, unit_size unit_size_of);

  struct append_result {
    bool accepted = false;
    std::uint64_t offset = 0;
    std::size_t subscribers = 0;
    std::bitset<max_readers> wake;  ///< readers that have work now and had none before
  };

  /// Appends one unit, given in two pieces.
  append_result append(std::string_view header, std::string_view payload);

  log_end end() const;

  /// A cheap look at `end().position`; what another thread appends may show a moment later.
  std::uint64_t end_position() const noexcept {
    return end_position_.load(std::memory_order_acquire);
  }

  struct attachment {
    std::shared_ptr<segment> last;
    log_end end;
  };

  /// A reader has its first subscriber: from now on it is woken and counts for the backlog.
  attachment attach(std::size_t reader);

  /// A reader lost its last subscriber.
  void detach(std::size_t reader);

  /// A reader goes to work: what is appended from now on wakes it again.
  log_end begin_reading(std::size_t reader);

  /// A reader has offered everything up to `position` to its subscribers.
  void finish_reading(std::size_t reader, std::uint64_t position) noexcept;

  void add_subscriber() noexcept { subscribers_.fetch_add(1, std::memory_order_relaxed); }
  void remove_subscriber() noexcept { subscribers_.fetch_sub(1, std::memory_order_relaxed); }
  std::size_t subscribers() const noexcept { return subscribers_.load(std::memory_order_relaxed); }

  unit_size measure() const noexcept { return measure_; }

 private:
  static constexpr auto detached = std::numeric_limits<std::uint64_t>::max();

  struct reader_state {
    std::atomic<std::uint64_t> read_to{detached};
    bool woken = false;  // guarded by the log's mutex
  };

  struct reader_summary {
    bool any = false;  ///< is one attached?
    std::uint64_t slowest = std::numeric_limits<std::uint64_t>::max();
  };

  reader_summary attached_readers() const noexcept BROADCAST_HUB_REQUIRES(mutex_);
  void make_room(std::size_t bytes) BROADCAST_HUB_REQUIRES(mutex_);

  // Constant after construction.
  std::size_t max_backlog_bytes_;
  unit_size measure_;

  mutable mutex mutex_;
  std::shared_ptr<segment> last_ BROADCAST_HUB_GUARDED_BY(mutex_);
  log_end end_ BROADCAST_HUB_GUARDED_BY(mutex_);
  std::deque<reader_state> readers_;  // their number is constant; see reader_state

  std::atomic<std::uint64_t> end_position_{0};
  std::atomic<std::size_t> subscribers_{0};
};

}  // namespace broadcast_hub::topic
