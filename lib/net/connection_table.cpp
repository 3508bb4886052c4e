#include "net/connection_table.hpp"

#include "base/reserve.hpp"
#include "net/address.hpp"
#include "net/connection.hpp"

#include <utility>

namespace broadcast_hub::net {

connection_table::connection_table(std::uint16_t shard, std::atomic<std::uint32_t>& serials)
    : shard_(shard), serials_(serials) {}

connection_table::~connection_table() = default;

connection_id connection_table::next_id() {
  connection_id id;
  id.shard = shard_;
  do {
    id.serial = serials_.fetch_add(1, std::memory_order_relaxed) + 1;
  } while (id.serial == 0);  // 0 names no connection, also after four billion of them
  if (free_slots_.empty()) {
    make_room(free_slots_, connections_.size() + 1);  // for all, so that `remove` does not throw
    connections_.emplace_back();
    free_slots_.push_back(static_cast<std::uint32_t>(connections_.size() - 1));
  }
  id.slot = free_slots_.back();
  return id;
}

connection& connection_table::insert(connection_id id,
                                     std::unique_ptr<connection> connection) noexcept {
  free_slots_.pop_back();
  connections_[id.slot] = std::move(connection);
  ++size_;
  return *connections_[id.slot];
}

std::unique_ptr<connection> connection_table::remove(connection_id id) noexcept {
  {
    const lock_guard lock(mutex_);
    if (id.slot < facts_.size())
      facts_[id.slot] = {};
  }
  free_slots_.push_back(id.slot);
  --size_;
  return std::move(connections_[id.slot]);
}

connection* connection_table::find(std::uint32_t slot, std::uint32_t serial) const noexcept {
  if (slot >= connections_.size() || !connections_[slot])
    return nullptr;
  return connections_[slot]->id().serial == serial ? connections_[slot].get() : nullptr;
}

void connection_table::publish(connection_id id, const asio::ip::tcp::endpoint& remote,
                               std::string path, identity who) {
  const lock_guard lock(mutex_);
  if (facts_.size() <= id.slot)
    facts_.resize(id.slot + std::size_t{1});
  facts& fresh = facts_[id.slot];
  fresh.serial = id.serial;
  fresh.remote = remote;
  fresh.path = std::move(path);
  if (!who.user.empty() || !who.info.empty()) {
    fresh.who = std::make_unique<identity>(std::move(who));
  }
}

const connection_table::facts* connection_table::find_facts(connection_id id) const {
  if (id.serial == 0 || id.slot >= facts_.size())
    return nullptr;
  return facts_[id.slot].serial == id.serial ? &facts_[id.slot] : nullptr;
}

bool connection_table::is_open(connection_id id) const {
  const lock_guard lock(mutex_);
  return find_facts(id) != nullptr;
}

std::string connection_table::remote_address(connection_id id) const {
  asio::ip::tcp::endpoint remote;
  {
    const lock_guard lock(mutex_);
    const facts* found = find_facts(id);
    if (found == nullptr)
      return {};
    remote = found->remote;
  }
  return to_string(remote);
}

std::string connection_table::path(connection_id id) const {
  const lock_guard lock(mutex_);
  const facts* found = find_facts(id);
  return found == nullptr ? std::string() : found->path;
}

identity connection_table::who(connection_id id) const {
  const lock_guard lock(mutex_);
  const facts* found = find_facts(id);
  return found == nullptr || !found->who ? identity() : *found->who;
}

}  // namespace broadcast_hub::net
