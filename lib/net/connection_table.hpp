#pragma once

#include "base/mutex.hpp"
#include "net/asio.hpp"

#include <broadcast_hub/connection_id.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::net {

class connection;

/// Who a client is, as the reply of `on_upgrade` said.
struct identity {
  std::string user;
  std::string info;
};

/// The connections of one shard, by slot, and what other threads may ask about them.
///
/// Thread safety: `is_open`, `remote_address`, `path` and `who` may be called from any thread, all
/// else on the shard's thread.
class connection_table {
 public:
  connection_table(std::uint16_t shard, std::atomic<std::uint32_t>& serials);
  ~connection_table();

  /// Keeps what `make(id)` returns.
  template <typename Make>
  connection& add(Make make);
  std::unique_ptr<connection> remove(connection_id id) noexcept;

  connection* find(std::uint32_t slot, std::uint32_t serial) const noexcept;
  connection* find(connection_id id) const noexcept { return find(id.slot, id.serial); }
  connection& at(std::uint32_t slot) const noexcept { return *connections_[slot]; }

  std::size_t slots() const noexcept { return connections_.size(); }
  connection* in_slot(std::size_t slot) const noexcept { return connections_[slot].get(); }
  std::size_t size() const noexcept { return size_; }

  /// From here on other threads can ask about the connection.
  void publish(connection_id id, const asio::ip::tcp::endpoint& remote, std::string path,
               identity who);

  bool is_open(connection_id id) const;
  std::string remote_address(connection_id id) const;
  std::string path(connection_id id) const;
  identity who(connection_id id) const;

 private:
  struct facts {
    std::uint32_t serial = 0;
    asio::ip::tcp::endpoint remote;
    std::string path;
    std::unique_ptr<identity> who;  // most clients are anonymous
  };

  connection_id next_id();
  connection& insert(connection_id id, std::unique_ptr<connection> connection) noexcept;
  const facts* find_facts(connection_id id) const BROADCAST_HUB_REQUIRES(mutex_);

  std::uint16_t shard_;
  std::atomic<std::uint32_t>& serials_;
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t size_ = 0;

  mutable mutex mutex_;
  std::vector<facts> facts_ BROADCAST_HUB_GUARDED_BY(mutex_);
};

template <typename Make>
connection& connection_table::add(Make make) {
  const connection_id id = next_id();
  return insert(id, make(id));
}

}  // namespace broadcast_hub::net
