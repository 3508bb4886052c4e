#pragma once

#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "topic/history.hpp"
#include "topic/inbox.hpp"
#include "topic/lane.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace broadcast_hub::topic {

inline constexpr std::size_t max_readers = 256;
using reader_set = std::bitset<max_readers>;

/// What all topics of a hub share.
struct topic_environment {
  std::size_t readers = 1;
  std::size_t max_backlog_bytes = 0;  ///< how far the slowest shard may be behind
  unit_size measure = nullptr;
  memory_budget& budget;
  std::deque<inbox>& inboxes;  ///< one for each reader
};

/// One publication in the encodings that are wanted.
struct encoded {
  std::string_view header;   ///< of the raw frame
  std::string_view payload;  ///< of the raw frame
  bool deflate_tried = false;
  std::string_view deflated;  ///< a whole frame; empty: not worth it, take the raw one
};

/// One topic: a log that any thread appends to and every shard reads.
///
/// Thread safety: all methods may be called from any thread.
class topic : public std::enable_shared_from_this<topic> {
 public:
  /// `offset`: of the last publication before; more than 0 when the topic was there before.
  topic(std::string name, const topic_options& options, std::uint64_t epoch, std::uint64_t offset,
        const topic_environment& environment);

  const std::string& name() const noexcept { return name_; }
  const topic_options& options() const noexcept { return options_; }
  std::uint64_t epoch() const noexcept { return epoch_; }
  unit_size measure() const noexcept { return environment_.measure; }
  const memory_budget& budget() const noexcept { return environment_.budget; }
  bool has_history() const noexcept { return options_.history.max_publications > 0; }

  /// Whether `append` must be told the time.
  bool history_ages() const noexcept {
    return has_history() && options_.history.max_age.count() > 0;
  }

  struct append_result {
    enum class outcome : std::uint8_t {
      appended,
      overloaded,      ///< shards are too far behind, or the memory budget is spent
      too_big,         ///< larger than a subscriber may be behind
      needs_deflated,  ///< else in order, but a subscriber wants the deflated encoding too
      retired          ///< it has left the registry: look there again
    };
    outcome what = outcome::overloaded;
    std::uint64_t offset = 0;
    std::size_t subscribers = 0;
    std::uint64_t lag_bytes = 0;  ///< of the slowest subscriber, without this publication
    reader_set wake;              ///< shards that do not know yet that there is something new
  };

  /// `now` matters only when `history_ages()`. If it throws, for want of memory, nothing was
  /// appended.
  append_result append(const encoded& publication, time_point now);

  /// @name For the shards
  /// @{

  /// Attaches a reader at the end, on its behalf, unless it is attached. False: it is retired.
  bool attach(lane_kind lane, std::size_t reader);

  /// Tells an attached reader that the topic is there, and counts its subscribers until it claims
  /// its place.
  void introduce(lane_kind lane, std::size_t reader, std::size_t subscribers) noexcept;

  /// Where an attached reader begins. Once; it counts its subscribers itself from here on, and says
  /// so with `replace_presumed`.
  lane::claimed claim(lane_kind lane, std::size_t reader);

  /// In one step, so that nobody sees too few subscribers in between.
  void replace_presumed(std::size_t presumed, std::size_t counted) noexcept {
    subscribers_.fetch_add(counted - presumed, std::memory_order_relaxed);
  }
  bool attached(lane_kind lane, std::size_t reader) const;
  void detach(lane_kind lane, std::size_t reader);

  lane_end end(lane_kind lane) const;

  /// A reader goes to work: what is appended from now on wakes it again.
  lane_end begin_reading(lane_kind lane, std::size_t reader);

  /// A reader has offered everything up to `read_to`; its slowest subscriber is `lag` bytes behind
  /// that. Returns whether publishers that found it congested may go on.
  bool finish_reading(lane_kind lane, std::size_t reader, std::uint64_t read_to, std::uint64_t lag);

  /// Those who wait for publishers to go on could not be told that they may.
  void note_congestion() noexcept;

  void add_subscriber() noexcept { subscribers_.fetch_add(1, std::memory_order_relaxed); }
  void remove_subscriber() noexcept { subscribers_.fetch_sub(1, std::memory_order_relaxed); }
  std::size_t subscribers() const noexcept { return subscribers_.load(std::memory_order_relaxed); }
  /// @}

  struct past {
    std::uint64_t newest = 0;  ///< the topic's offset
    bool complete = false;     ///< nothing behind `since` is missing at the front
    std::vector<past_unit> units;
  };
  past read_history(std::uint64_t since, std::size_t limit, time_point now);

  std::uint64_t offset() const;

  /// @name For the registry
  /// @{

  /// Publications since this object was made.
  std::uint64_t published() const { return offset() - first_offset_; }

  struct swept {
    bool retired = false;
    bool drained = false;  ///< publishers that found it congested may go on
    reader_set wake;       ///< shards that hold memory which they do not need any more
  };

  /// Lets go of what has expired or is not needed; retires a topic that nobody has used for
  /// `linger`.
  swept sweep(time_point now, duration linger);
  /// @}

 private:
  using outcome = append_result::outcome;

  struct unit {
    std::string_view header;
    std::string_view payload;
  };
  static unit unit_for(lane_kind kind, const encoded& publication) noexcept;

  lane& at(lane_kind kind) BROADCAST_HUB_REQUIRES(mutex_) {
    return lanes_[static_cast<std::size_t>(kind)];
  }
  const lane& at(lane_kind kind) const BROADCAST_HUB_REQUIRES(mutex_) {
    return lanes_[static_cast<std::size_t>(kind)];
  }
  outcome refusal(const encoded& publication) BROADCAST_HUB_REQUIRES(mutex_);
  void prepare(const encoded& publication, time_point now) BROADCAST_HUB_REQUIRES(mutex_);
  void wake_readers(lane_kind kind, reader_set& woken) BROADCAST_HUB_REQUIRES(mutex_);
  std::uint64_t largest_lag() const BROADCAST_HUB_REQUIRES(mutex_);
  bool drain() BROADCAST_HUB_REQUIRES(mutex_);

  // Constant after construction.
  const std::string name_;
  const topic_options& options_;
  const std::uint64_t epoch_;
  const std::uint64_t first_offset_;
  const topic_environment& environment_;

  mutable mutex mutex_;
  std::array<lane, lane_count> lanes_ BROADCAST_HUB_GUARDED_BY(mutex_);
  std::unique_ptr<history> history_ BROADCAST_HUB_GUARDED_BY(mutex_);  // only when wanted
  std::uint64_t offset_ BROADCAST_HUB_GUARDED_BY(mutex_);
  time_point used_at_ BROADCAST_HUB_GUARDED_BY(mutex_);
  bool used_ BROADCAST_HUB_GUARDED_BY(mutex_) = true;  // since the last sweep
  bool congested_ BROADCAST_HUB_GUARDED_BY(mutex_) = false;
  bool retired_ BROADCAST_HUB_GUARDED_BY(mutex_) = false;

  std::atomic<std::size_t> subscribers_{0};
};

}  // namespace broadcast_hub::topic
