#include "fan_out_world.hpp"

#include "fan_out_publication.hpp"
#include "session/outbox.hpp"
#include "topic/name.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/error.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace broadcast_hub::session::test {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, 11> wanted{"a.x", "a.y", "b.x", "b.y", "b.z.w", "c",
                                             "d",   "a.*", "b.>", ">",   "*.x"};

topics_options options() {
  topics_options chosen;
  chosen.defaults.max_lag = 0ms;
  topic_options far = chosen.defaults;
  far.slow_consumers = slow_consumer_policy::drop_oldest;
  far.max_lag_bytes = 1024;
  topic_options old = far;
  old.max_lag_bytes = 1024 * 1024;
  old.max_lag = 100ms;
  topic_options both = far;
  both.max_lag = 160ms;
  topic_options latest = chosen.defaults;
  latest.slow_consumers = slow_consumer_policy::latest;
  topic_options strict = chosen.defaults;
  strict.max_lag_bytes = 2048;
  strict.max_lag = 300ms;
  chosen.rules = {{"b.x", far}, {"b.y", old}, {"b.>", both}, {"c", latest}, {"d", strict}};
  chosen.max_subscriptions = 6;
  chosen.linger = 60s;
  return chosen;
}

const topic_options& options_of(const char* topic, const topics_options& all) {
  const auto rule = std::find_if(all.rules.begin(), all.rules.end(), [&](const topic_rule& each) {
    return topic::matches(each.pattern, topic);
  });
  return rule == all.rules.end() ? all.defaults : rule->options;
}

}  // namespace

world::world(unsigned seed)
    : random_(seed), patience_(10 + below(90)), shard_(publication_format(), options()) {
  for (std::size_t each = 0; each < topic_count; ++each)
    reference_[each].options = options_of(topics[each], shard_.options);
  for (std::uint32_t slot = 0; slot < clients_.size(); ++slot)
    open(slot);
}

void world::run(int steps) {
  for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step)
    act();
  if (testing::Test::HasFailure())
    return;  // what follows would only hide it
  check_accounts();
  for (auto& each : clients_)
    end(*each);
  check_end();
}

void world::open(std::uint32_t slot) {
  // Often the same, so that walks have something for several clients.
  const topic::lane_kind lane = below(2) == 0 ? topic::lane_kind::raw : topic::all_lanes[below(4)];
  clients_[slot] = std::make_unique<client>(shard_.reader, slot, lane, reference_);
}

void world::act() {
  const auto roll = below(1000);
  if (roll < 180) {
    const std::size_t topic = below(topic_count);
    for (std::size_t left = below(3) == 0 ? 3 : 1; left > 0; --left)
      publish(topic);
  } else if (roll < 300) {
    walk(1 + below(2));
  } else if (roll < 350) {
    subscribe(any());
  } else if (roll < 390) {
    unsubscribe(any());
  } else if (roll < 750) {
    walk(1 + below(4));
  } else if (roll < 850) {
    if (below(100) < patience_)
      become_writable(any());
  } else if (roll < 920) {
    direct(any());
  } else if (roll < 950) {
    shard_.now += std::chrono::milliseconds(below(50));
  } else if (roll < 970) {
    patrol();
  } else if (roll < 985) {
    leave();
  } else if (roll < 987) {
    shard_.now += 40s;
    shard_.registry.sweep(shard_.now);
    std::erase_if(known_, [&](std::size_t topic) { return !shard_.registry.find(topics[topic]); });
  } else {
    any().out.block();
  }
}

void world::publish(std::size_t topic) {
  const std::uint64_t number = reference_[topic].newest() + 1;
  const publication made(topics[topic], number, below(30) == 0 ? below(900) : below(40));
  const auto found = shard_.registry.open(topics[topic]).found;
  const auto result = found->append(made.encodings(), shard_.now);
  ASSERT_EQ(result.what, topic::topic::append_result::outcome::appended);
  ASSERT_EQ(result.offset, number);
  reference_[topic].log.push_back({made.sizes()});
  for (const topic::lane_kind lane : topic::all_lanes) {
    const auto last = found->end(lane).at.part;
    reference_[topic].log.back().begins_segment[index_of(lane)] =
        last && last->units_before() == number - 1;
  }
  std::size_t subscribers = 0;
  for (auto& each : clients_) {
    if (each->ended || !each->wants(topic))
      continue;
    ++subscribers;
    each->expected[topic].add(number);
  }
  pairs_ += subscribers;
  reported_ += result.subscribers;
  // A topic that was just made knows its subscribers by pattern only roughly.
  if (known_.contains(topic)) {
    ASSERT_EQ(result.subscribers, subscribers) << topics[topic];
  }
}

void world::subscribe(client& who) {
  if (who.ended)
    return;
  const std::string name = wanted[below(wanted.size())];
  const std::error_code error = who.out.subscribe(name);
  if (who.subscriptions.contains(name)) {
    ASSERT_EQ(error, errc::already_subscribed);
  } else if (who.subscriptions.size() == shard_.options.max_subscriptions) {
    ASSERT_EQ(error, errc::too_many_subscriptions);
  } else {
    ASSERT_FALSE(error) << error.message();
    who.subscriptions.insert(name);
  }
}

void world::unsubscribe(client& who) {
  if (who.ended)
    return;
  const std::string name = wanted[below(wanted.size())];
  if (!who.subscriptions.contains(name)) {
    ASSERT_EQ(who.out.unsubscribe(name), errc::not_subscribed);
    return;
  }
  who.out.blocked() ? who.move_partial() : who.move_all();
  who.subscriptions.erase(name);
  lose(
      who, [&] { ASSERT_FALSE(who.out.unsubscribe(name)); },
      [&](std::size_t topic) {
        return who.wants(topic) ? who.expected[topic].size() : who.untouchable(topic);
      });
}

template <typename Act, typename Kept>
void world::lose(client& who, Act act, Kept kept) {
  std::uint64_t least = 0;
  for (std::size_t topic = 0; topic < topic_count; ++topic) {
    expectation& one = who.expected[topic];
    const std::size_t first = kept(topic);
    const std::uint64_t lost = one.size() - first;
    lost_ += lost;
    // Of a topic that the shard has not heard of it is counted when it does.
    least += known_.contains(topic) ? lost : 0;
    one.drop(first, one.size());
  }
  const topic::tally& count = shard_.reader.count();
  const std::uint64_t before = count.dropped_at_end.value();
  act();
  ASSERT_GE(count.dropped_at_end.value() - before, least);
}

std::uint64_t world::offered_to(const client& who, std::size_t topic) const {
  return who.expected[topic].offered_to(reference_[topic], who.visited_by == walks_);
}

void world::walk(std::size_t slice) {
  const bool fresh = !shard_.reader.walking();
  const bool walking = shard_.reader.begin_walk();
  if (fresh)
    learn_topics();
  if (!walking)
    return;
  if (fresh) {
    ++walks_;
    for (auto& each : reference_)
      each.begin_walk();
  }
  using kind = topic::reader::visit::kind;
  while (slice-- > 0) {
    const topic::reader::visit next = shard_.reader.next();
    if (next.what == kind::over) {
      for (auto& each : reference_)
        each.end_walk(shard_.now);
      if (shard_.reader.end_walk(shard_.now))
        patrol();
      return;
    }
    visit(*clients_[next.slot], next);
  }
}

void world::learn_topics() {
  for (std::size_t topic = 0; topic < topic_count; ++topic) {
    if (shard_.registry.find(topics[topic]))
      known_.insert(topic);
    else
      known_.erase(topic);
  }
}

void world::visit(client& who, const topic::reader::visit& next) {
  who.visited_by = walks_;
  if (next.what == topic::reader::visit::kind::common) {
    ASSERT_FALSE(who.out.blocked());
    ASSERT_TRUE(who.out.empty());
    const std::string bytes = text_of(shard_.reader.common_bytes());
    ASSERT_EQ(bytes.size(), shard_.reader.common_size());
    if (below(4) > 0) {
      delivered_ += who.receive(bytes, bytes.size());
      shard_.reader.count_common_delivery();
      return;
    }
    const std::size_t sent = below(bytes.size());
    who.out.offer_walk();
    who.out.advance(sent);
    delivered_ += who.receive(bytes, sent);
    who.out.block();
    return;
  }
  who.out.offer_walk();
  who.out.blocked() ? enforce(who) : flush(who);
}

void world::become_writable(client& who) {
  enforce(who);
  who.out.unblock();
  flush(who);
}

void world::patrol() {
  shard_.reader.patrol([this](std::uint32_t slot) { enforce(*clients_[slot], true); });
}

void world::enforce(client& who, bool on_patrol) {
  if (who.ended || !who.out.blocked())
    return;
  const topic::tally& count = shard_.reader.count();
  const std::uint64_t oldest = count.dropped_oldest.value();
  const std::uint64_t superseded = count.dropped_superseded.value();
  const bool disconnected =
      on_patrol ? who.out.patrol(shard_.now, 1U << 20U) : who.out.enforce_policies(shard_.now);
  if (disconnected)
    return disconnect(who);
  std::array<std::uint64_t, 2> dropped{};
  for (std::size_t topic = 0; topic < topic_count; ++topic) {
    const auto policy = reference_[topic].options.slow_consumers;
    if (policy == slow_consumer_policy::disconnect) {
      ASSERT_FALSE(who.is_too_slow(topic, offered_to(who, topic), shard_.now)) << topics[topic];
    } else {
      dropped[policy == slow_consumer_policy::latest ? 1 : 0] +=
          who.learn_dropped(topic, offered_to(who, topic), shard_.now);
    }
  }
  ASSERT_EQ(count.dropped_oldest.value() - oldest, dropped[0]);
  ASSERT_EQ(count.dropped_superseded.value() - superseded, dropped[1]);
}

void world::disconnect(client& who) {
  ++disconnected_;
  bool may = false;
  for (std::size_t topic = 0; topic < topic_count; ++topic)
    may = may || who.may_be_too_slow(topic, shard_.now);
  ASSERT_TRUE(may);
  lose(
      who,
      [&] { who.out.cut_short_with(share(wire::make_close_frame(close_code::slow_consumer, {}))); },
      [&](std::size_t topic) { return std::size_t{who.partial == topic}; });
  who.move_partial();
  who.ended = true;
}

void world::flush(client& who) {
  if (who.out.blocked())
    return;
  std::array<iovec, 8> pieces;
  for (;;) {
    const std::size_t used = who.out.gather({pieces.data(), 1 + below(pieces.size())});
    if (used == 0)
      break;
    const std::string bytes = text_of({pieces.data(), used});
    const std::size_t sent = below(3) == 0 ? below(bytes.size() + 1) : bytes.size();
    who.out.advance(sent);
    delivered_ += who.receive(bytes, sent);
    if (sent < bytes.size())
      return who.out.block();
  }
  who.out.rest(static_cast<int>(below(100)));
}

void world::direct(client& who) {
  if (who.ended)
    return;
  if (!who.out.blocked())
    who.move_all();
  const std::string payload = "direct:" + std::to_string(++who.directs);
  who.out.push(outbox::kind::direct, share(wire::make_frame(wire::opcode::text, payload)));
}

void world::leave() {
  const auto slot = static_cast<std::uint32_t>(below(clients_.size()));
  client& who = *clients_[slot];
  if (below(2) == 0)
    end(who);
  else
    lose(
        who, [&] { who.out.drop_all(); }, [](std::size_t) { return std::size_t{0}; });
  open(slot);
}

void world::end(client& who) {
  who.out.unblock();
  if (!who.ended) {
    who.move_all();
    who.out.finish_with(share(wire::make_close_frame(close_code::normal, {})));
  }
  while (!who.out.empty() && !testing::Test::HasFailure()) {
    who.out.unblock();
    flush(who);
  }
  who.check_complete();
  who.ended = true;
}

void world::check_accounts() {
  for (int i = 0; i < 2; ++i)  // the second takes up what was published during the first
    walk(1000);
  std::uint64_t pending = 0;
  for (auto& each : clients_) {
    each->out.unblock();
    ASSERT_EQ(each->out.pending_publications(), each->waiting());
    pending += each->out.pending_publications();
  }
  ASSERT_EQ(reported_, accounted() + pending);
}

std::uint64_t world::accounted() const {
  const topic::tally& count = shard_.reader.count();
  return count.delivered.value() + count.dropped_oldest.value() + count.dropped_superseded.value() +
         count.dropped_at_end.value();
}

void world::check_end() {
  const topic::tally& count = shard_.reader.count();
  ASSERT_EQ(count.delivered.value(), delivered_);
  walk(1000);
  ASSERT_EQ(reported_, accounted());
  ASSERT_EQ(reported_, count.offered.value());
  ASSERT_EQ(count.dropped_at_end.value(), lost_ + reported_ - pairs_);
  shard_.reader.begin_walk();  // lets go of what nobody reads any more
  ASSERT_EQ(shard_.reader.topics_held(), 0U);
  for (const char* each : topics) {
    if (const auto topic = shard_.registry.find(each)) {
      ASSERT_EQ(topic->subscribers(), 0U) << each;
    }
  }
  // The topic whose policy is `latest` keeps the segment of its newest publication, and the one
  // behind it; the others keep nothing.
  ASSERT_LE(shard_.registry.budget().used(), 2 * topic::segment::largest);
}

}  // namespace broadcast_hub::session::test
