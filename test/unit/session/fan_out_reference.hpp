#pragma once

#include "base/clock.hpp"
#include "topic/lane_kind.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace broadcast_hub::session::test {

/// A topic as docs/explanation/slow-consumers.md tells it. Publications have the numbers 1, 2, 3...
struct reference_topic {
  struct publication {
    std::array<std::uint64_t, topic::lane_count> bytes{};
    std::array<bool, topic::lane_count> begins_segment{};
    time_point offered = time_point::max();  ///< when the walk that offered it was over
  };

  topic_options options;
  std::vector<publication> log;
  std::uint64_t walked = 0;   ///< the last one that was offered by a walk that is over
  std::uint64_t walking = 0;  ///< or by the walk under way

  bool loses() const noexcept { return options.slow_consumers != slow_consumer_policy::disconnect; }
  std::uint64_t newest() const noexcept { return log.size(); }
  const publication& at(std::uint64_t number) const { return log[number - 1]; }

  void begin_walk() noexcept { walking = newest(); }
  void end_walk(time_point now) noexcept {
    for (; walked < walking; ++walked)
      log[walked].offered = now;
  }

  /// It was offered more than `max_lag` ago: a policy has to act.
  bool is_too_old(std::uint64_t number, time_point now) const {
    return ages(number) && now - at(number).offered > options.max_lag;
  }

  /// A policy may act: a shard notes times only 16 times within `max_lag`.
  bool seems_too_old(std::uint64_t number, time_point now) const {
    return ages(number) && now - at(number).offered >= options.max_lag - options.max_lag / 16;
  }

 private:
  bool ages(std::uint64_t number) const {
    return options.max_lag > duration::zero() && at(number).offered != time_point::max();
  }
};

/// What one subscriber is still to get of one topic, and what its policy may do about that.
class expectation {
 public:
  /// What a policy leaves: the first that is kept is one of these, as places in `numbers`.
  struct verdict {
    std::size_t least = 0;
    std::size_t most = 0;
  };

  const std::vector<std::uint64_t>& waiting() const noexcept { return waiting_; }
  std::size_t size() const noexcept { return waiting_.size(); }

  void add(std::uint64_t number) { waiting_.push_back(number); }

  /// The peer has got one. Returns whether it was the one to come next.
  bool take(std::uint64_t number) {
    if (waiting_.empty() || waiting_.front() != number)
      return false;
    waiting_.erase(waiting_.begin());
    safe_ -= std::min<std::size_t>(safe_, 1);
    return true;
  }

  /// Offered ahead of the walk.
  void overtake(std::uint64_t newest) noexcept { overtaken_ = newest; }

  /// All of it, or the one that is partly sent, is in the connection's own queue: past policies.
  void move_all() noexcept { safe_ = waiting_.size(); }
  void move_partial(bool partial) noexcept { safe_ = untouchable(partial); }

  /// The first of `waiting` that may be dropped. `partial`: the first one is partly sent.
  std::size_t untouchable(bool partial) const noexcept {
    return std::max<std::size_t>(safe_, partial ? 1 : 0);
  }

  std::uint64_t offered_to(const reference_topic& of, bool visited) const noexcept {
    return std::max(overtaken_, visited ? of.walking : of.walked);
  }

  /// Those of `waiting` that were offered, when the last one that was offered is `end`.
  std::size_t offered(std::uint64_t end) const noexcept {
    const auto behind = std::upper_bound(waiting_.begin(), waiting_.end(), end);
    return std::max<std::size_t>(safe_, static_cast<std::size_t>(behind - waiting_.begin()));
  }

  /// Drops those from `first` up to `kept`.
  void drop(std::size_t first, std::size_t kept) {
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(first),
                   waiting_.begin() + static_cast<std::ptrdiff_t>(kept));
    safe_ = std::min(safe_, waiting_.size());
  }

  std::uint64_t bytes(const reference_topic& of, topic::lane_kind lane, std::size_t first,
                      std::size_t end) const {
    return std::accumulate(waiting_.begin() + static_cast<std::ptrdiff_t>(first),
                           waiting_.begin() + static_cast<std::ptrdiff_t>(std::max(first, end)),
                           std::uint64_t{0}, [&](std::uint64_t sum, std::uint64_t number) {
                             return sum + of.at(number).bytes[index_of(lane)];
                           });
  }

  /// What `drop_oldest` or `latest` does to the places from `first` to `end`.
  verdict judge(const reference_topic& of, topic::lane_kind lane, std::size_t first,
                std::size_t end, time_point now) const {
    if (end <= first + 1)
      return {first, first};  // the newest is kept
    if (of.options.slow_consumers == slow_consumer_policy::latest)
      return {end - 1, end - 1};
    const std::size_t most = of.options.max_lag_bytes;
    std::size_t kept = first;
    if (bytes(of, lane, first, end) > most) {
      kept = within(of, lane, first, end, most - most / 8);
      if (kept == end)
        kept = within(of, lane, first, end, most);
      kept = std::min(kept, end - 1);
    }
    std::size_t old = kept;
    while (old + 1 < end && of.is_too_old(waiting_[old], now))
      ++old;
    std::size_t seems_old = old;
    while (seems_old + 1 < end && of.seems_too_old(waiting_[seems_old], now))
      ++seems_old;
    return {old > kept ? border(of, lane, old, end) : kept,
            seems_old > kept ? border(of, lane, seems_old, end) : kept};
  }

 private:
  /// The first place, or better the first border of a segment, behind which no more is left.
  std::size_t within(const reference_topic& of, topic::lane_kind lane, std::size_t first,
                     std::size_t end, std::uint64_t most) const {
    while (bytes(of, lane, first, end) > most)
      ++first;
    return border(of, lane, first, end);
  }

  std::size_t border(const reference_topic& of, topic::lane_kind lane, std::size_t first,
                     std::size_t end) const {
    for (std::size_t place = first; place < end; ++place) {
      if (of.at(waiting_[place]).begins_segment[index_of(lane)])
        return place;
    }
    return first;
  }

  std::vector<std::uint64_t> waiting_;
  std::size_t safe_ = 0;         // of these, the first ones, which no policy reaches
  std::uint64_t overtaken_ = 0;  // the last one that was offered ahead of a walk
};

}  // namespace broadcast_hub::session::test
