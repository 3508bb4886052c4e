#include "hub/presence_board.hpp"

#include "base/random.hpp"
#include "base/reserve.hpp"
#include "protocol/position.hpp"
#include "protocol/presence_frame.hpp"
#include "wire/frame_encoder.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {
namespace {

bool any_presence(const topics_options& options) {
  return options.defaults.presence.enabled ||
         std::any_of(options.rules.begin(), options.rules.end(),
                     [](const topic_rule& each) { return each.options.presence.enabled; });
}

}  // namespace

presence_board::presence_board(const hub_options& options, const topic::registry& topics,
                               const shard_list& shards)
    : options_(options),
      topics_(topics),
      shards_(shards),
      life_(random_number(system_random())),
      in_use_(any_presence(options.topics)),
      local_(options.shards) {}

bool presence_board::enabled_on(const std::string& topic) const {
  return in_use_ && topics_.options_for(topic).presence.enabled;
}

std::string presence_board::id_of(const net::connection& peer) const {
  return protocol::to_text(life_) + "-" + std::to_string(peer.id().serial);
}

presence::client presence_board::describe(const net::connection& peer) const {
  net::identity who = shards_[peer.id().shard]->table().who(peer.id());
  return {id_of(peer), std::move(who.user), std::move(who.info)};
}

presence_board::part* presence_board::find(const net::connection& peer,
                                           std::string_view topic) noexcept {
  auto& parts = local_[peer.id().shard].parts;
  const auto of_peer = parts.find(peer.id().serial);
  if (of_peer == parts.end())
    return nullptr;
  const auto found = std::find_if(of_peer->second.begin(), of_peer->second.end(),
                                  [&](const part& each) { return each.topic == topic; });
  return found == of_peer->second.end() ? nullptr : &*found;
}

bool presence_board::join(const net::connection& peer, const std::string& topic) {
  if (!enabled_on(topic) || find(peer, topic) != nullptr)
    return false;
  std::vector<part>& parts = local_[peer.id().shard].parts[peer.id().serial];
  make_room(parts);
  part fresh{topic, nullptr, nullptr};
  const presence::client who = describe(peer);
  const lock_guard lock(mutex_);
  const duration grace = topics_.options_for(topic).presence.grace;
  fresh.set = &sets_.try_emplace(topic, grace).first->second;
  fresh.member = &fresh.set->join(who);
  parts.push_back(std::move(fresh));
  return true;
}

void presence_board::leave(const net::connection& peer, std::string_view topic) noexcept {
  part* const ended = find(peer, topic);
  if (ended == nullptr)
    return;
  take_out(peer, *ended);
  std::vector<part>& parts = local_[peer.id().shard].parts.find(peer.id().serial)->second;
  std::swap(*ended, parts.back());
  parts.pop_back();
}

void presence_board::leave_all(const net::connection& peer) noexcept {
  auto& parts = local_[peer.id().shard].parts;
  const auto of_peer = parts.find(peer.id().serial);
  if (of_peer == parts.end())
    return;
  for (const part& each : of_peer->second)
    take_out(peer, each);
  parts.erase(of_peer);
}

void presence_board::take_out(const net::connection& peer, const part& ended) noexcept {
  if (ended.watches)
    unwatch(peer, ended.topic);
  const lock_guard lock(mutex_);
  ended.set->leave(*ended.member, clock::now());
}

void presence_board::watch(const net::connection& peer, const std::string& topic) {
  part* const found = find(peer, topic);
  if (found == nullptr || found->watches)
    return;
  local_[peer.id().shard].watchers[topic].push_back(peer.id());
  found->watches = true;
}

void presence_board::unwatch(const net::connection& peer, const std::string& topic) noexcept {
  auto& watchers = local_[peer.id().shard].watchers;
  const auto of_topic = watchers.find(topic);
  std::erase(of_topic->second, peer.id());
  if (of_topic->second.empty())
    watchers.erase(of_topic);
}

presence_board::snapshot presence_board::look(const std::string& topic) const {
  const std::size_t most = topics_.options_for(topic).presence.max_named;
  const lock_guard lock(mutex_);
  const auto found = sets_.find(topic);
  if (found == sets_.end())
    return {};
  snapshot seen;
  seen.count = found->second.count();
  if (seen.count <= most)
    seen.clients = found->second.list(most);
  return seen;
}

std::vector<protocol::present_client> presence_board::as_written(
    const std::vector<presence::client>& clients) {
  std::vector<protocol::present_client> written;
  written.reserve(clients.size());
  for (const presence::client& each : clients)
    written.push_back({each.id, each.user, each.info});
  return written;
}

void presence_board::tell() {
  for (const news& each : collect()) {
    for (const auto& shard : shards_) {
      const auto work = [this, &to = *shard, each] { deliver(to, each); };
      shard->events_loop().on_this_thread() ? work() : shard->post(work);
    }
  }
}

session::shared_bytes presence_board::written(const std::string& topic,
                                              const presence::presence_set::changes& found) const {
  const std::size_t most = topics_.options_for(topic).presence.max_named;
  std::string text;
  if (found.count <= most && found.joined.size() + found.left.size() <= most) {
    text = protocol::write_presence_change(topic, as_written(found.joined), as_written(found.left),
                                           found.count);
  }
  // Half, because more may be waiting.
  if (text.empty() || text.size() > options_.outbound.max_queued_bytes / 2)
    text = protocol::write_presence_change(topic, {}, {}, found.count);
  return session::share(wire::make_frame(wire::opcode::text, text));
}

std::vector<presence_board::news> presence_board::collect() {
  std::vector<news> all;
  const time_point now = clock::now();
  const lock_guard lock(mutex_);
  for (auto each = sets_.begin(); each != sets_.end();) {
    presence::presence_set& set = each->second;
    if (set.unsettled()) {
      const presence::presence_set::changes found = set.to_tell(now);
      if (found.any())
        all.push_back({each->first, written(each->first, found)});
      set.settle(now);  // last: what there is no memory to write is told the next time
    }
    each = set.empty() ? sets_.erase(each) : std::next(each);
  }
  return all;
}

void presence_board::deliver(net::shard& shard, const news& what) {
  auto& watchers = local_[shard.index()].watchers;
  const auto found = watchers.find(what.topic);
  if (found == watchers.end())
    return;
  for (const connection_id id : found->second)
    shard.with(id, [&](net::connection& peer) { peer.answer(what.frame); });
}

}  // namespace broadcast_hub
