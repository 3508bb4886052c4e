#include "hub/hub_core.hpp"

#include <broadcast_hub/connection.hpp>
#include <broadcast_hub/error.hpp>

#include <functional>
#include <utility>

namespace broadcast_hub {
namespace {

/// What the table of the connection's shard answers; empty when the hub is gone.
template <typename Question>
std::string ask(const std::weak_ptr<hub_core>& hub, connection_id id, const Question& question) {
  const std::shared_ptr<hub_core> core = hub.lock();
  const net::connection_table* const table = core ? core->table_of(id) : nullptr;
  return table == nullptr ? std::string() : std::invoke(question, *table, id);
}

}  // namespace

connection::connection(std::weak_ptr<hub_core> hub, connection_id id) noexcept
    : hub_(std::move(hub)), id_(id) {}

std::error_code connection::send(std::string_view payload, message_kind kind) const {
  const std::shared_ptr<hub_core> hub = hub_.lock();
  return hub ? hub->send(id_, payload, kind) : errc::connection_gone;
}

std::error_code connection::close(close_code code, std::string_view reason) const {
  const std::shared_ptr<hub_core> hub = hub_.lock();
  return hub ? hub->close(id_, code, reason) : errc::connection_gone;
}

std::error_code connection::subscribe(std::string_view topic) const {
  const std::shared_ptr<hub_core> hub = hub_.lock();
  return hub ? hub->subscribe(id_, topic) : errc::connection_gone;
}

std::error_code connection::unsubscribe(std::string_view topic) const {
  const std::shared_ptr<hub_core> hub = hub_.lock();
  return hub ? hub->unsubscribe(id_, topic) : errc::connection_gone;
}

std::vector<std::string> connection::subscriptions() const {
  const std::shared_ptr<hub_core> hub = hub_.lock();
  return hub ? hub->subscriptions(id_) : std::vector<std::string>();
}

std::string connection::remote_address() const {
  return ask(hub_, id_, &net::connection_table::remote_address);
}

std::string connection::path() const {
  return ask(hub_, id_, &net::connection_table::path);
}

std::string connection::user() const {
  return ask(hub_, id_, [](const auto& table, connection_id id) { return table.who(id).user; });
}

std::string connection::info() const {
  return ask(hub_, id_, [](const auto& table, connection_id id) { return table.who(id).info; });
}

std::any* connection::user_data() const {
  const std::shared_ptr<hub_core> hub = hub_.lock();
  return hub ? hub->user_data(id_) : nullptr;
}

}  // namespace broadcast_hub
