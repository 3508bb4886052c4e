#pragma once

#include "base/mutex.hpp"
#include "net/connection.hpp"
#include "net/shard.hpp"
#include "presence/presence_set.hpp"
#include "protocol/presence_frame.hpp"
#include "session/outbox.hpp"

#include <broadcast_hub/connection_id.hpp>
#include <broadcast_hub/options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace broadcast_hub {

/// Who is there on which topic, all shards together, and who wants to be told.
///
/// Thread safety: what is about a peer is called on its shard's thread; the rest from any.
class presence_board {
 public:
  /// How often changes are told: a client gets at most so many frames of one topic.
  static constexpr std::chrono::milliseconds period{100};

  using shard_list = std::vector<std::unique_ptr<net::shard>>;

  presence_board(const hub_options& options, const topic::registry& topics,
                 const shard_list& shards);

  /// Some topic may have presence, so `tell` is to be called.
  bool in_use() const noexcept { return in_use_; }
  bool enabled_on(const std::string& topic) const;

  /// A peer is subscribed to a topic by its name. Returns whether it was not there before. If it
  /// throws, for want of memory, nothing has changed.
  bool join(const net::connection& peer, const std::string& topic);

  /// It is not any more.
  void leave(const net::connection& peer, std::string_view topic) noexcept;

  /// Its connection has ended.
  void leave_all(const net::connection& peer) noexcept;

  /// A peer that has joined wants to be told of changes.
  void watch(const net::connection& peer, const std::string& topic);

  struct snapshot {
    std::vector<presence::client> clients;  ///< all, or none when they are too many
    std::size_t count = 0;
  };
  snapshot look(const std::string& topic) const;

  static std::vector<protocol::present_client> as_written(
      const std::vector<presence::client>& clients);

  /// Tells those who watch what has changed since the last call; when memory runs out meanwhile,
  /// some may not hear of it. On the thread of the first shard.
  void tell();

  /// A client's id, for example "k9f2-17".
  std::string id_of(const net::connection& peer) const;

 private:
  struct part {
    std::string topic;
    presence::presence_set* set;
    presence::presence_set::member* member;
    bool watches = false;
  };

  /// One shard's, used on its thread only.
  struct on_shard {
    std::unordered_map<std::uint32_t, std::vector<part>> parts;  // by serial
    std::unordered_map<std::string, std::vector<connection_id>> watchers;
  };

  struct news {
    std::string topic;
    session::shared_bytes frame;
  };

  presence::client describe(const net::connection& peer) const;
  part* find(const net::connection& peer, std::string_view topic) noexcept;
  void unwatch(const net::connection& peer, const std::string& topic) noexcept;
  void take_out(const net::connection& peer, const part& ended) noexcept;
  session::shared_bytes written(const std::string& topic,
                                const presence::presence_set::changes& found) const;
  std::vector<news> collect();
  void deliver(net::shard& shard, const news& what);

  const hub_options& options_;
  const topic::registry& topics_;
  const shard_list& shards_;
  const std::uint64_t life_;  // tells the ids of this hub's clients from those of others
  const bool in_use_;
  std::vector<on_shard> local_;

  mutable mutex mutex_;
  std::unordered_map<std::string, presence::presence_set> sets_ BROADCAST_HUB_GUARDED_BY(mutex_);
};

}  // namespace broadcast_hub
