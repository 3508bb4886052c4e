#pragma once

#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "topic/encoded.hpp"
#include "topic/environment.hpp"
#include "topic/history.hpp"
#include "topic/lane.hpp"
#include "topic/limits.hpp"
#include "topic/recent_keys.hpp"
#include "topic/unit_set.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::topic {

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
  unit_size measure() const noexcept { return environment_.format.measure; }
  const memory_budget& budget() const noexcept { return environment_.budget; }
  bool has_history() const noexcept { return keeps_history(options_.history); }

  /// Then the newest one is kept without a history, too. Other than a history it does not keep the
  /// topic from being let go of when nobody uses it.
  bool only_newest_counts() const noexcept {
    return options_.slow_consumers == slow_consumer_policy::latest;
  }
  bool keeps_newest() const noexcept { return has_history() || only_newest_counts(); }

  /// Numbered, so that what is sent again is what was sent first.
  lane_kind history_lane() const noexcept {
    return environment_.format.write_head == nullptr ? lane_kind::raw : lane_kind::numbered;
  }

  /// Whether `append` must be told the time.
  bool history_ages() const noexcept {
    return has_history() && options_.history.max_age.count() > 0;
  }

  struct append_result {
    enum class outcome : std::uint8_t {
      appended,
      overloaded,  ///< shards are too far behind, or the memory budget is spent
      too_big,     ///< larger than a subscriber may be behind
      needs_more,  ///< else in order, but encodings are missing
      duplicate,   ///< it was published before under the same key
      conflict,    ///< something else was
      retired      ///< it has left the registry: look there again
    };
    outcome what = outcome::overloaded;
    lane_set wanted;           ///< all that `needs_more` asks for
    std::uint64_t offset = 0;  ///< of a duplicate: the one that it had
    std::size_t subscribers = 0;
    duration window{0};           ///< of one with a key, and of a duplicate: so long it is known
    std::uint64_t lag_bytes = 0;  ///< of the slowest subscriber, without this publication
    reader_set wake;              ///< shards that do not know yet that there is something new
  };

  /// `now` matters only when `history_ages()`, and for a publication with a key. If it throws, for
  /// want of memory, nothing was appended.
  append_result append(const encoded& publication, time_point now);

  /// What `append` would say because of the key alone: `duplicate`, `conflict`, else `appended`.
  append_result known_as(const publication_key& key, time_point now);

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

  /// In one step. Returns the offset: up to it those who were presumed count as subscribers.
  std::uint64_t replace_presumed(std::size_t presumed, std::size_t counted) noexcept;
  bool attached(lane_kind lane, std::size_t reader) const;

  /// Returns for how many publications to presumed subscribers nobody will account any more.
  std::uint64_t detach(lane_kind lane, std::size_t reader);

  lane_end end(lane_kind lane) const;

  /// A reader goes to work: what is appended from now on wakes it again.
  lane_end begin_reading(lane_kind lane, std::size_t reader);

  /// A reader has offered everything up to `read_to`; its slowest subscriber is `lag` bytes behind
  /// that. Returns whether publishers that found it congested may go on.
  bool finish_reading(lane_kind lane, std::size_t reader, std::uint64_t read_to, std::uint64_t lag);

  /// Those who wait for publishers to go on could not be told that they may.
  void note_congestion() noexcept;

  /// Whoever is added gets what is behind the end that is returned; whoever is removed was counted
  /// as a subscriber up to the offset.
  lane_end add_subscriber(lane_kind lane) noexcept;
  std::uint64_t remove_subscriber() noexcept;
  std::size_t subscribers() const noexcept { return subscribers_.load(std::memory_order_relaxed); }
  /// @}

  struct past {
    std::uint64_t newest = 0;  ///< the topic's offset
    bool complete = false;     ///< nothing behind `since` is missing at the front
    bool cut_off = false;      ///< within the limit there were more, for which there was no room
    std::vector<past_unit> units;
  };

  /// The first ones behind `since`, at most `limit`, with no more bytes than `most` together.
  past read_history(std::uint64_t since, std::size_t limit, std::uint64_t most, time_point now);

  /// The same of the newest ones.
  past read_newest(std::size_t limit, std::uint64_t most, time_point now);

  /// Past publications as they were sent, to be sent again.
  struct stored {
    bool complete = false;  ///< none is missing behind `since`
    bool too_much = false;  ///< they have more bytes than allowed, so there are none here
    std::uint64_t units = 0;
    cursor at;              ///< in the lane where history is kept; nowhere without units
    std::uint64_t end = 0;  ///< position
  };

  /// Those behind `since` up to `until`, if they have no more bytes than `most`. None, and none is
  /// missing, when `since` is the later one and was published: whoever is sent what is behind
  /// `until` gets some that it has.
  stored stored_between(std::uint64_t since, std::uint64_t until, std::uint64_t most,
                        time_point now);

  /// The last ones up to `until`, at most `count`, with no more bytes than `most` together.
  stored stored_before(std::uint64_t until, std::uint64_t count, std::uint64_t most,
                       time_point now);

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

  /// Lets go of a past that is only the newest publication. Returns which shards have something to
  /// look at.
  reader_set forget_newest();
  /// @}

 private:
  using outcome = append_result::outcome;

  lane& at(lane_kind kind) BROADCAST_HUB_REQUIRES(mutex_) { return lanes_[index_of(kind)]; }
  const lane& at(lane_kind kind) const BROADCAST_HUB_REQUIRES(mutex_) {
    return lanes_[index_of(kind)];
  }
  lane& kept() BROADCAST_HUB_REQUIRES(mutex_) { return at(history_lane()); }
  lane_set in_use() const BROADCAST_HUB_REQUIRES(mutex_);
  append_result known(const publication_key& key, time_point now) const
      BROADCAST_HUB_REQUIRES(mutex_);
  bool could_hold(std::size_t size) const noexcept;
  outcome refusal(const unit_set& units) BROADCAST_HUB_REQUIRES(mutex_);
  void prepare(const unit_set& units, const std::optional<publication_key>& key, time_point now)
      BROADCAST_HUB_REQUIRES(mutex_);
  std::uint64_t begin_of_history(time_point now) BROADCAST_HUB_REQUIRES(mutex_);
  void renew(lane_kind kind, bool tight, reader_set& woken) BROADCAST_HUB_REQUIRES(mutex_);
  void take_stored(std::uint64_t since, std::uint64_t until, stored& to) const
      BROADCAST_HUB_REQUIRES(mutex_);
  void wake_readers(lane_kind kind, reader_set& woken) BROADCAST_HUB_REQUIRES(mutex_);
  std::uint64_t largest_lag() const BROADCAST_HUB_REQUIRES(mutex_);
  bool drain() BROADCAST_HUB_REQUIRES(mutex_);

  // Constant after construction.
  const std::string name_;
  const std::string number_start_;
  const topic_options& options_;
  const std::uint64_t epoch_;
  const std::uint64_t first_offset_;
  const topic_environment& environment_;

  mutable mutex mutex_;
  std::array<lane, lane_count> lanes_ BROADCAST_HUB_GUARDED_BY(mutex_);
  std::unique_ptr<history> history_ BROADCAST_HUB_GUARDED_BY(mutex_);  // if it keeps any
  std::unique_ptr<recent_keys::shelf> keys_
      BROADCAST_HUB_GUARDED_BY(mutex_);  // once there are some
  std::uint64_t offset_ BROADCAST_HUB_GUARDED_BY(mutex_);
  time_point used_at_ BROADCAST_HUB_GUARDED_BY(mutex_);
  bool used_ BROADCAST_HUB_GUARDED_BY(mutex_) = true;  // since the last sweep
  bool congested_ BROADCAST_HUB_GUARDED_BY(mutex_) = false;
  bool retired_ BROADCAST_HUB_GUARDED_BY(mutex_) = false;

  std::atomic<std::size_t> subscribers_{0};
};

}  // namespace broadcast_hub::topic
