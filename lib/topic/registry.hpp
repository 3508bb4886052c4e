#pragma once

#include "base/clock.hpp"
#include "base/striped_mutex.hpp"
#include "topic/inbox.hpp"
#include "topic/memory_budget.hpp"
#include "topic/name.hpp"
#include "topic/pattern_index.hpp"
#include "topic/topic.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace broadcast_hub::topic {

/// All topics of a hub, by name.
///
/// A topic is there from its first use until nobody has used it for a while; its epoch and offset
/// are remembered longer, so that it goes on where it was. The default topic is always there.
/// Thread safety: all methods may be called from any thread. Locks are taken in the order registry,
/// topic, then inbox or keys.
class registry {
 public:
  static constexpr std::chrono::hours remembered_for{24};

  /// `options` outlives it.
  registry(const topics_options& options, std::size_t readers, std::size_t max_backlog_bytes,
           const unit_format& format);

  /// A topic, which is there as long as this is: for publishers, whom to share the ownership of it
  /// would cost more than the rest. Null when there is no such topic.
  class pinned {
   public:
    explicit operator bool() const noexcept { return found_ != nullptr; }
    topic& operator*() const noexcept { return *found_; }

   private:
    friend class registry;
    explicit pinned(striped_mutex& mutex) : lock_(mutex) {}
    explicit pinned(topic& always_there) : found_(&always_there) {}

    std::shared_lock<striped_mutex> lock_;  // of what may go
    topic* found_ = nullptr;
  };

  /// Nothing else of this may be called while the result is there.
  pinned pin(std::string_view name) const;

  /// Null when there is no such topic.
  std::shared_ptr<topic> find(std::string_view name) const;

  /// Subscribers of a topic. Where it is not there, those whose patterns match: whoever has several
  /// such patterns counts for each.
  std::size_t subscribers(std::string_view name) const;

  struct looked_up {
    std::shared_ptr<topic> found;  ///< null when it is not there: then it was here
    std::uint64_t epoch = 0;       ///< 0: nothing is known of it
    std::uint64_t offset = 0;
  };

  /// A topic, or where it was before it went; both in one look.
  looked_up look_up(std::string_view name) const;

  struct opened {
    std::error_code error;  ///< `invalid_topic` or `too_many_topics`
    std::shared_ptr<topic> found;
  };

  /// Finds a topic or makes it.
  opened open(std::string_view name);

  /// Who wants all topics that match a pattern.
  struct interest {
    lane_kind lane;
    std::size_t reader;
    const std::atomic<std::size_t>* subscribers;  ///< how many they are
    bool operator==(const interest&) const = default;
  };

  /// A shard has its first subscriber of a pattern: attaches it to all topics that match, which are
  /// returned, and from now on to those that are made.
  std::vector<std::shared_ptr<topic>> add_pattern(std::string_view pattern, const interest& who);

  /// Topics that are being made while this is called are there when it returns.
  void wait_for_births() const { const std::shared_lock lock(mutex_); }

  /// It has lost its last one. Calls `matching(topic)` for each topic to be detached from, unless
  /// something else wants it; nothing of this may be called there.
  template <typename Matching>
  void remove_pattern(std::string_view pattern, const interest& who, Matching matching) noexcept;

  /// What rules say about a topic, whether or not it is there.
  const topic_options& options_for(std::string_view name) const;

  inbox& inbox_of(std::size_t reader) noexcept { return inboxes_[reader]; }
  const topics_options& options() const noexcept { return options_; }
  const memory_budget& budget() const noexcept { return budget_; }
  const recent_keys& keys() const noexcept { return keys_; }

  std::size_t size() const;

  /// Publications on all topics together, those that are gone included.
  std::uint64_t published() const;

  struct swept {
    std::vector<std::shared_ptr<topic>> drained;  ///< publishers may go on
    reader_set wake;                              ///< shards that have something to look at
  };

  /// To be called about once a second: lets go of what has expired.
  swept sweep(time_point now);

 private:
  struct memory {
    std::uint64_t epoch;
    std::uint64_t offset;
    time_point since;
    std::list<std::string>::iterator place;  // in the order
  };

  std::shared_ptr<topic> make(std::string_view name);
  void retire(const topic& gone, time_point now) noexcept;
  void remember(const topic& gone, time_point now);
  void forget(time_point now);

  const topics_options& options_;
  memory_budget budget_;
  recent_keys keys_;
  std::deque<inbox> inboxes_;
  topic_environment environment_;

  mutable striped_mutex mutex_;                                          // guards what follows
  std::unordered_map<std::string_view, std::shared_ptr<topic>> topics_;  // keys are their names
  pattern_index<interest> patterns_;
  std::unordered_map<std::string_view, memory> remembered_;  // those that are gone
  std::list<std::string> remembered_order_;                  // their names, the oldest first
  std::mt19937_64 epochs_;              // none is 0, which clients ask with that have none
  std::uint64_t published_before_ = 0;  // on topics that are gone

  const std::shared_ptr<topic> default_;
};

template <typename Matching>
void registry::remove_pattern(std::string_view pattern, const interest& who,
                              Matching matching) noexcept {
  const std::unique_lock lock(mutex_);
  patterns_.erase(pattern, who);
  for (const auto& [name, each] : topics_) {
    if (matches(pattern, name))
      matching(*each);
  }
}

}  // namespace broadcast_hub::topic
