#pragma once

#include "base/clock.hpp"
#include "topic/cursor.hpp"
#include "topic/lane.hpp"
#include "topic/pattern_index.hpp"
#include "topic/topic.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace broadcast_hub::topic {

struct fan_out;

/// One subscriber in a list.
struct member {
  static constexpr std::uint32_t slots = 0x7fffffff;

  std::uint32_t slot : 31;
  std::uint32_t parked : 1;  ///< walks pass it by
};

/// Subscribers of one name, or of one pattern, on one shard: dense, because a walk reads them one
/// after the other. Topics that a pattern matches share its list.
struct member_list {
  std::string pattern;  ///< empty when it belongs to one topic
  lane_kind lane = lane_kind::raw;
  std::vector<member> members;
  std::atomic<std::size_t> size{0};  ///< of `members`, for other threads
  std::vector<fan_out*> fan_outs;    ///< the topics that it subscribes to
  std::vector<fan_out*> active;      ///< those of them with something unread
  bool listed = false;               ///< the walk under way visits it
  bool outdated = false;             ///< `active` is about to be put right
  member_list* next_outdated = nullptr;
};

/// The patterns that one shard has subscribers for, in one lane.
struct pattern_lists {
  std::map<std::string, std::unique_ptr<member_list>, std::less<>> by_pattern;
  pattern_index<member_list*> matching;
};

/// One lane of one topic on one shard. Everybody who has no cursor of his own stands at `base`, or
/// at `target` once the walk under way has visited him.
struct fan_out {
  fan_out(std::shared_ptr<topic> source, lane_kind kind) : from(std::move(source)), lane(kind) {
    named.lane = kind;
    named.fan_outs.push_back(this);
    lists.push_back(&named);
  }
  fan_out(const fan_out&) = delete;
  fan_out& operator=(const fan_out&) = delete;

  const topic_options& options() const noexcept { return from->options(); }
  unit_size measure() const noexcept { return from->measure(); }
  bool active() const noexcept { return dirty || walking; }

  bool has_subscribers() const noexcept {
    for (const member_list* each : lists) {
      if (!each->members.empty())
        return true;
    }
    return false;
  }

  /// What a walk to `target` offers to somebody at `base`.
  std::uint64_t units() const noexcept { return target.at.offset - base.offset; }
  std::uint64_t bytes() const noexcept { return target.at.position - base.position; }

  /// Where whoever has been offered everything is now.
  const cursor& offered() const noexcept { return walking ? target.at : base; }

  /// How long the unit at a position has been on offer.
  duration age(std::uint64_t position, time_point now) const noexcept {
    for (const mark& each : marks) {
      if (each.end > position)
        return now - each.offered;
    }
    return duration::zero();
  }

  /// Up to where publications were on offer at a moment.
  std::uint64_t offered_before(time_point then) const noexcept {
    std::uint64_t position = 0;
    for (const mark& each : marks) {
      if (each.offered <= then)
        position = each.end;
    }
    return position;
  }

  /// Remembers when the walk offered what it did; about 16 times within the largest lag, and less
  /// often when there is no memory for that.
  void note_offer(time_point now) noexcept {
    const duration most = options().max_lag;
    // What two of them stand for is too old in any case: one is enough for it.
    while (marks.size() > 1 && now - marks[1].offered > most)
      marks.erase(marks.begin());
    try {
      if (marks.empty() || now - marks.back().offered >= most / 16)
        marks.push_back({target.at.position, now});
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the last one stands for it
    }
    if (!marks.empty())
      marks.back().end = target.at.position;
  }

  /// What was on offer before the pause is as old behind it as it was then.
  void excuse_pause(time_point began, time_point over) noexcept {
    for (mark& each : marks) {
      if (each.offered < began)
        each.offered += over - began;
    }
  }

  static constexpr std::uint64_t nobody_parked = std::numeric_limits<std::uint64_t>::max();

  struct mark {
    std::uint64_t end;
    time_point offered;
  };

  const std::shared_ptr<topic> from;
  const lane_kind lane;
  member_list named;
  std::vector<member_list*> lists;  ///< `named` and those of patterns
  cursor base;
  lane_end target;          ///< where the walk under way ends, or the last one ended
  std::vector<mark> marks;  ///< only while somebody is behind
  std::size_t behind = 0;   ///< subscribers with a cursor of their own
  std::size_t parked = 0;   ///< those of them that walks pass by
  std::uint64_t parked_from = nobody_parked;  ///< none of these stands before it
  std::uint64_t lag = 0;      ///< bytes, of the slowest that the walk or patrol has visited
  bool lagging = false;       ///< the reader's patrols look at it
  bool reported_lag = false;  ///< the topic has been told of a lag
  bool dirty = false;         ///< the topic said that there is something new
  bool walking = false;
  bool ending = false;  ///< its walk is ending

  // Where the subscriber that is looked at just now has its cursor here, or its membership.
  std::uint64_t looked_up_for = 0;
  std::size_t found_at = 0;
};

}  // namespace broadcast_hub::topic
