#include "hub/presence_board.hpp"

#include "base/random.hpp"
#include "base/reserve.hpp"
#include "protocol/position.hpp"
#include "topic/limits.hpp"
#include "wire/frame_encoder.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {
namespace {

bool any_presence(const topics_options& options) {
  bool any = false;
  topic::for_each_options(options,
                          [&](const topic_options& each) { any |= each.presence.enabled; });
  return any;
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

bool presence_board::join(const net::connection& peer, const std::string& topic, bool watches) {
  if (!enabled_on(topic))
    return false;
  const std::size_t shard = peer.id().shard;
  part* known = find(peer, topic);
  const bool fresh = known == nullptr;
  const bool begins = watches && (fresh || !known->watches);
  // What may fail for want of memory comes first.
  std::vector<connection_id>* const watchers = begins ? &local_[shard].watchers[topic] : nullptr;
  if (begins)
    make_room(*watchers);
  if (fresh) {
    std::vector<part>& parts = local_[shard].parts[peer.id().serial];
    make_room(parts);
    part made{topic, {}};
    // In one step, so that whoever watches is told of itself.
    presence::attendance::shard_set told;
    told[shard] = begins;
    made.place = attendance_.join(topic, topics_.options_for(topic).presence, describe(peer), told);
    parts.push_back(std::move(made));
    known = &parts.back();
  } else if (begins) {
    attendance_.watch(known->place, shard);
  }
  if (begins) {
    watchers->push_back(peer.id());
    known->watches = true;
  } else if (!watches && std::exchange(known->watches, false)) {
    unwatch(peer, *known);
  }
  return fresh;
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
    unwatch(peer, ended);
  attendance_.leave(ended.place, clock::now());
}

void presence_board::unwatch(const net::connection& peer, const part& ended) noexcept {
  const std::size_t shard = peer.id().shard;
  auto& watchers = local_[shard].watchers;
  const auto of_topic = watchers.find(ended.topic);
  std::erase(of_topic->second, peer.id());
  if (!of_topic->second.empty())
    return;
  watchers.erase(of_topic);
  attendance_.unwatch(ended.place, shard);
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
  if (!telling_)
    telling_ = std::make_shared<bulletin>();
  bulletin& all = *telling_;
  if (all.news.empty())
    attendance_.collect(clock::now(), all.news);
  if (all.news.empty())
    return;
  all.frames.reserve(all.news.size());
  while (all.frames.size() < all.news.size())
    all.frames.push_back(written(all.news[all.frames.size()]));
  for (; shards_told_ < shards_.size(); ++shards_told_)
    tell_on(*shards_[shards_told_], telling_);
  telling_.reset();
  shards_told_ = 0;
}

session::shared_bytes presence_board::written(const presence::attendance::news& what) const {
  const presence::presence_set::changes& found = what.what;
  std::string text = protocol::write_presence_change(what.topic, as_written(found.joined),
                                                     as_written(found.left), found.count);
  // Half, because more may be waiting.
  if (text.size() > options_.outbound.max_queued_bytes / 2)
    text = protocol::write_presence_change(what.topic, {}, {}, found.count);
  return session::share(wire::make_frame(wire::opcode::text, text));
}

void presence_board::tell_on(net::shard& shard, const std::shared_ptr<const bulletin>& all) {
  const bool is_wanted = std::any_of(
      all->news.begin(), all->news.end(),
      [&](const presence::attendance::news& each) { return each.watchers[shard.index()]; });
  if (!is_wanted)
    return;
  if (shard.events_loop().on_this_thread())
    return deliver(shard, *all);
  shard.post([this, &shard, all] { deliver(shard, *all); });
}

void presence_board::deliver(net::shard& shard, const bulletin& all) noexcept {
  const auto& watchers = local_[shard.index()].watchers;
  for (std::size_t i = 0; i < all.news.size(); ++i) {
    const auto found = watchers.find(all.news[i].topic);
    if (found == watchers.end())
      continue;
    for (const connection_id id : found->second)
      shard.with(id, [&](net::connection& peer) { peer.answer(all.frames[i]); });
  }
}

}  // namespace broadcast_hub
