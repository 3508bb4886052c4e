#pragma once

#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "presence/presence_set.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <bitset>
#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace broadcast_hub::presence {

/// Who is there on which topic, all shards of a hub together, and on which shards somebody wants to
/// be told.
///
/// Thread safety: all methods may be called from any thread. Nothing is written or locked under its
/// lock, but names are copied there: at most `presence_options::max_named` of each topic.
class attendance {
 public:
  static constexpr std::size_t max_shards = 256;
  using shard_set = std::bitset<max_shards>;

  /// What has changed is collected this far apart at least: so nobody is told more often than ten
  /// times a second of one topic.
  static constexpr std::chrono::milliseconds least_apart{100};

  attendance() = default;
  attendance(const attendance&) = delete;
  attendance& operator=(const attendance&) = delete;

 private:
  struct room;

 public:
  /// Where somebody has joined.
  class place {
   private:
    friend class attendance;
    room* in_ = nullptr;
    presence_set::member* as_ = nullptr;
  };

  /// The result is there until it is given to `leave`. Who is among `watchers` is told of changes
  /// from this one on. If it throws, for want of memory, nothing has changed.
  ///
  /// Requires: `options` are those of the topic, and outlive this.
  place join(const std::string& topic, const presence_options& options, const client& who,
             const shard_set& watchers = {});
  void leave(const place& ended, time_point now) noexcept;

  /// Somebody on a shard wants to be told of the topic's changes, or nobody any more.
  void watch(const place& where, std::size_t shard) noexcept;
  void unwatch(const place& where, std::size_t shard) noexcept;

  struct snapshot {
    std::vector<client> clients;  ///< all, or none when they are too many
    std::size_t count = 0;
  };
  snapshot look(const std::string& topic);

  /// What is to be told of one topic, and on which shards.
  struct news {
    std::string topic;
    presence_set::changes what;
    shard_set watchers;
  };

  /// Appends what has changed since the last time, unless that is not long enough ago. If it
  /// throws, for want of memory, what was not appended is not forgotten.
  void collect(time_point now, std::vector<news>& to);

 private:
  struct room {
    explicit room(const presence_options& options) : set(options) {}

    presence_set set;
    shard_set watchers;
    const std::string* topic = nullptr;
    room* next_changed = nullptr;
    bool changed = false;  // it is in the chain
  };

  void note_change(room& in) noexcept BROADCAST_HUB_REQUIRES(mutex_);

  mutex mutex_;
  std::unordered_map<std::string, room> rooms_ BROADCAST_HUB_GUARDED_BY(mutex_);  // do not move
  room* first_changed_ BROADCAST_HUB_GUARDED_BY(mutex_) = nullptr;
  time_point collected_at_ BROADCAST_HUB_GUARDED_BY(mutex_){};
};

}  // namespace broadcast_hub::presence
