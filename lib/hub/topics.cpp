// Publishing, subscriptions and history.

#include "base/text.hpp"
#include "hub/encodings.hpp"
#include "hub/hub_core.hpp"
#include "protocol/server_frame.hpp"
#include "topic/name.hpp"
#include "wire/frame_encoder.hpp"

#include <chrono>
#include <limits>
#include <new>
#include <thread>
#include <utility>

namespace broadcast_hub {
namespace {

using outcome = topic::topic::append_result::outcome;

std::error_code error_of(outcome what) {
  switch (what) {
    case outcome::appended:
      return {};
    case outcome::too_big:
      return errc::message_too_big;
    case outcome::conflict:
      return errc::key_conflict;
    default:
      return errc::overloaded;
  }
}

std::chrono::milliseconds in_milliseconds(duration time) {
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

}  // namespace

publish_result hub_core::publish(std::string_view name, std::string_view payload, message_kind kind,
                                 std::string_view key) {
  optional_key named;
  if (!key.empty())
    named = topics_.keys().name(name, {}, key, kind, payload);
  return publish_as(named, name, payload, kind);
}

publish_result hub_core::publish_as(const optional_key& key, std::string_view name,
                                    std::string_view payload, message_kind kind) {
  publish_result result;
  if (life_.stopping()) {
    result.error = errc::hub_stopped;
  } else if (kind == message_kind::text && !wire::is_valid_utf8(payload)) {
    result.error = errc::invalid_utf8;
  }
  if (result.error)
    return result;
  encodings encoded(payload, kind, key, options_.compression, deflaters_);
  topic::topic::append_result appended;
  appended.what = outcome::retired;
  while (!result.error &&
         (appended.what == outcome::retired || appended.what == outcome::needs_more)) {
    // Between two pins: whoever opens a topic waits for those who hold one, and others for it.
    encoded.make(appended.wanted);
    appended = append(name, encoded.made(), result);
    if (appended.what == outcome::retired)
      std::this_thread::yield();  // unless it has just been made, another thread is retiring it
  }
  result.duplicate = appended.what == outcome::duplicate;
  if (result.error || result.duplicate)
    return result;
  if (appended.what == outcome::appended)
    made_.count(encoded);
  result.error = error_of(appended.what);
  if (!result.error)
    log_publication(name, payload, kind, result.subscribers);
  return result;
}

publish_result hub_core::find_published(const topic::publication_key& key,
                                        std::string_view name) const {
  publish_result result;
  const topic::registry::pinned pinned = topics_.pin(name);
  if (!pinned)
    return result;
  const auto known = (*pinned).known_as(key, clock::now());
  result.duplicate = known.what == outcome::duplicate;
  if (!result.duplicate) {
    result.error = error_of(known.what);
    return result;
  }
  result.epoch = (*pinned).epoch();
  result.offset = known.offset;
  result.window = in_milliseconds(known.window);
  return result;
}

void hub_core::log_publication(std::string_view name, std::string_view payload, message_kind kind,
                               std::size_t subscribers) const noexcept {
  const bool to_all = name == topic::default_topic;
  const log_level level = subscribers == 0 ? log_level::trace : log_level::debug;
  log_.log(level, to_all ? "broadcast " : "published ", summary_of{kind, payload},
           to_all ? "" : " on ", to_all ? "" : name, " to ", subscribers,
           subscribers == 1 ? " connection: " : " connections: ", escaped{payload});
}

topic::topic::append_result hub_core::append(std::string_view name,
                                             const topic::encoded& publication,
                                             publish_result& result) {
  if (const topic::registry::pinned pinned = topics_.pin(name))
    return append_to(*pinned, publication, result);
  result.error = topics_.open(name).error;
  topic::topic::append_result nothing;
  nothing.what = outcome::retired;
  return nothing;
}

topic::topic::append_result hub_core::append_to(topic::topic& to, const topic::encoded& publication,
                                                publish_result& result) {
  const bool timed = to.history_ages() || publication.key;
  const auto appended = to.append(publication, timed ? clock::now() : time_point());
  wake(appended.wake);
  result.epoch = to.epoch();
  result.offset = appended.offset;
  result.subscribers = appended.subscribers;
  result.window = in_milliseconds(appended.window);
  result.lag_bytes = appended.lag_bytes;
  return appended;
}

void hub_core::wake(const topic::reader_set& shards) noexcept {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    if (shards.test(i))
      shards_[i]->wake();
  }
}

std::size_t hub_core::subscriber_count(std::string_view name) const {
  return topic::is_valid_name(name) ? topics_.subscribers(name) : 0;
}

history_result hub_core::history(std::string_view name, std::uint64_t since,
                                 std::size_t limit) const {
  return history(name, {since, {}, limit, false, std::numeric_limits<std::uint64_t>::max()}).result;
}

hub_core::history_page hub_core::history(std::string_view name, const history_query& asked) const {
  history_page page;
  history_result& result = page.result;
  if (!topic::is_valid_name(name)) {
    result.error = errc::invalid_topic;
    return page;
  }
  const topic::registry::looked_up known = topics_.look_up(name);
  result.epoch = known.found ? known.found->epoch() : known.epoch;
  const std::uint64_t since = asked.epoch.value_or(result.epoch) == result.epoch ? asked.since : 0;
  if (!known.found) {
    result.newest_offset = known.offset;
    result.complete = since == known.offset;
    return page;
  }
  const topic::topic::past past =
      asked.newest ? known.found->read_newest(asked.limit, asked.most_bytes, clock::now())
                   : known.found->read_history(since, asked.limit, asked.most_bytes, clock::now());
  result.newest_offset = past.newest;
  result.complete = past.complete;
  page.cut_off = past.cut_off;
  for (const topic::past_unit& unit : past.units) {
    const std::string_view frame(unit.frame.data, unit.frame.size);
    protocol::content data = protocol::read_publication(wire::payload_of(frame)).data;
    result.publications.push_back({unit.offset, std::move(data.bytes), data.kind});
  }
  return page;
}

std::error_code hub_core::subscribe(connection_id id, std::string_view name) {
  return change_subscription(id, std::string(name), &hub_core::subscribe);
}

std::error_code hub_core::unsubscribe(connection_id id, std::string_view name) {
  return change_subscription(id, std::string(name), &hub_core::unsubscribe);
}

std::error_code hub_core::subscribe(net::connection& peer, const std::string& name) {
  if (peer.speaks_protocol())
    return commands_.subscriptions().subscribe_unasked(peer, name);
  if (!peer.is_open() || !topic::is_valid_name(name))
    return peer.subscribe(name);
  const bool joined = presence_.join(peer, name);
  std::error_code error = errc::out_of_resources;
  try {
    error = peer.subscribe(name);
  } catch (const std::bad_alloc&) {
    if (joined)
      presence_.leave(peer, name);
    throw;
  }
  if (error && joined)
    presence_.leave(peer, name);
  return error;
}

std::error_code hub_core::unsubscribe(net::connection& peer, const std::string& name) {
  const std::error_code error = peer.unsubscribe(name);
  if (error)
    return error;
  presence_.leave(peer, name);
  if (!peer.speaks_protocol())
    return {};
  try {
    client_subscriptions::tell_unsubscribed(peer, name);
  } catch (const std::bad_alloc&) {
    peer.fail(close_code::internal_error, "out of memory");  // it would wait for ever
    throw;
  }
  return {};
}

std::error_code hub_core::change_subscription(connection_id id, const std::string& name,
                                              subscription_change change) {
  net::shard* const shard = shard_of(id);
  if (shard == nullptr || !shard->table().is_open(id))
    return errc::connection_gone;
  if (!topic::is_valid_name(name) && !topic::is_valid_pattern(name))
    return errc::invalid_topic;
  if (shard->events_loop().on_this_thread()) {
    net::connection* const peer = shard->table().find(id);
    return peer == nullptr ? errc::connection_gone : (this->*change)(*peer, name);
  }
  if (life_.stopping())
    return errc::hub_stopped;
  shard->post([this, shard, id, change, name] {
    shard->with(id, [&](net::connection& peer) {
      if (const std::error_code error = (this->*change)(peer, name))
        log_peer(log_, log_level::warn, peer, "subscriptions to ", name, ": ", error.message());
    });
  });
  return {};
}

std::vector<std::string> hub_core::subscriptions(connection_id id) const {
  net::connection* const peer = own_connection(id);
  return peer == nullptr ? std::vector<std::string>() : peer->session().out().subscriptions();
}

std::any* hub_core::user_data(connection_id id) const {
  net::connection* const peer = own_connection(id);
  return peer == nullptr ? nullptr : &peer->user_data();
}

net::connection* hub_core::own_connection(connection_id id) const {
  net::shard* const shard = shard_of(id);
  const bool own_thread = shard != nullptr && shard->events_loop().on_this_thread();
  return own_thread ? shard->table().find(id) : nullptr;
}

void hub_core::sweep_topics() {
  const topic::registry::swept swept = topics_.sweep(clock::now());
  wake(swept.wake);
  for (const std::shared_ptr<topic::topic>& drained : swept.drained)
    on_drain(*shards_.front(), drained->name());
}

}  // namespace broadcast_hub
