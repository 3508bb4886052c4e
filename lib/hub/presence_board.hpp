#pragma once

#include "net/connection.hpp"
#include "net/shard.hpp"
#include "presence/attendance.hpp"
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

/// Which peers are there on which topic, and which of them want to be told who comes and goes.
///
/// Thread safety: what is about a peer is called on its shard's thread; `tell` on that of the first
/// shard; the rest from any.
class presence_board {
 public:
  /// How often `tell` is to be called. More often than there may be news, so that these are not far
  /// apart when a call comes late.
  static constexpr std::chrono::milliseconds period = presence::attendance::least_apart / 2;

  using shard_list = std::vector<std::unique_ptr<net::shard>>;

  presence_board(const hub_options& options, const topic::registry& topics,
                 const shard_list& shards);

  /// Some topic may have presence, so `tell` is to be called.
  bool in_use() const noexcept { return in_use_; }
  bool enabled_on(const std::string& topic) const;

  /// A peer is subscribed to a topic by its name, and `watches` who comes and goes; it may be both
  /// already. Returns whether it was not there before. If it throws, for want of memory, it is
  /// not there.
  bool join(const net::connection& peer, const std::string& topic, bool watches = false);

  /// It is not any more.
  void leave(const net::connection& peer, std::string_view topic) noexcept;

  /// Its connection has ended.
  void leave_all(const net::connection& peer) noexcept;

  presence::attendance::snapshot look(const std::string& topic) { return attendance_.look(topic); }

  static std::vector<protocol::present_client> as_written(
      const std::vector<presence::client>& clients);

  /// Tells those who watch what has changed. If it throws, for want of memory, the next call goes
  /// on where this one stopped.
  void tell();

  /// A client's id, for example "k9f2-17".
  std::string id_of(const net::connection& peer) const;

 private:
  struct part {
    std::string topic;
    presence::attendance::place place;
    bool watches = false;
  };

  /// One shard's, used on its thread only.
  struct on_shard {
    std::unordered_map<std::uint32_t, std::vector<part>> parts;  // by serial
    std::unordered_map<std::string, std::vector<connection_id>> watchers;
  };

  /// What is told at a time, with a frame for each.
  struct bulletin {
    std::vector<presence::attendance::news> news;
    std::vector<session::shared_bytes> frames;
  };

  presence::client describe(const net::connection& peer) const;
  part* find(const net::connection& peer, std::string_view topic) noexcept;
  void unwatch(const net::connection& peer, const part& ended) noexcept;
  void take_out(const net::connection& peer, const part& ended) noexcept;
  session::shared_bytes written(const presence::attendance::news& what) const;
  void tell_on(net::shard& shard, const std::shared_ptr<const bulletin>& all);
  void deliver(net::shard& shard, const bulletin& all) noexcept;

  const hub_options& options_;
  const topic::registry& topics_;
  const shard_list& shards_;
  const std::uint64_t life_;  // tells the ids of this hub's clients from those of others
  const bool in_use_;
  std::vector<on_shard> local_;
  presence::attendance attendance_;

  // Of `tell`. A bulletin stays until all shards have it, and only then comes the next: so nothing
  // is lost when memory runs out, and nothing overtakes.
  std::shared_ptr<bulletin> telling_;
  std::size_t shards_told_ = 0;
};

}  // namespace broadcast_hub
