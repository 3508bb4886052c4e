// What subscribers are offered, and what becomes of those who are slow.

#include "topic/reader.hpp"

#include "base/reserve.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace broadcast_hub::topic {
namespace {

/// What a subscriber may be behind when memory is short.
constexpr std::uint64_t lag_when_tight = std::uint64_t{64} * 1024;

}  // namespace

reader::reader(registry& topics, std::size_t index)
    : topics_(topics), index_(index), inbox_(topics.inbox_of(index)) {}

reader::~reader() = default;

void reader::set_handle(const subscriber& who, int handle) noexcept {
  if (!who.memberships.empty())
    seats_[who.slot].handle = handle;
}

void reader::learn() {
  if (inbox_.empty())
    return;
  // If there is no memory for one, it stays where it is.
  for (inbox::notice news = inbox_.first(); news.from; news = inbox_.first()) {
    take_up(news.from, news.lane);
    inbox_.drop_first();
  }
}

void reader::take_up(const std::shared_ptr<topic>& news, lane_kind lane) {
  fan_out* known = fan_outs_.find(*news, lane);
  if (known == nullptr) {
    if (!news->attached(lane, index_))
      return;  // we have lost interest since
    known = &local(news, lane);
  }
  if (known->dirty)
    return;
  make_room(dirty_);
  for (member_list* const list : known->lists)
    make_room(list->active);
  if (!known->walking) {
    for (member_list* const list : known->lists)
      list->active.push_back(known);
  }
  known->dirty = true;
  dirty_.push_back(known);
}

/// Has lists name no topic of those that is not active any more: each list is gone through once,
/// because thousands of topics may share one.
void reader::deactivate(std::span<fan_out* const> those) noexcept {
  member_list* first = nullptr;
  for (const fan_out* const each : those) {
    if (each->active())
      continue;
    for (member_list* const list : each->lists) {
      if (!std::exchange(list->outdated, true))
        list->next_outdated = std::exchange(first, list);
    }
  }
  while (first != nullptr) {
    member_list& list = *std::exchange(first, first->next_outdated);
    list.outdated = false;
    std::erase_if(list.active, [](const fan_out* each) { return !each->active(); });
  }
}

const cursor& reader::common_place(const subscriber& who, const fan_out& in) const noexcept {
  const bool visited = in.walking && seats_[who.slot].visited_by == walk_.serial;
  return visited ? in.target.at : in.base;
}

void reader::offer_all(subscriber& who) {
  if (who.memberships.empty())
    return;
  unpark(who);
  learn();
  look_up_cursors(who);
  for (const subscriber::membership& each : who.memberships) {
    for (fan_out* const topic : each.list->active)
      offer(who, *topic, common_place(who, *topic), topic->from->end(topic->lane).at);
  }
}

std::size_t reader::offer_walk(subscriber& who) try {
  look_up_cursors(who);
  std::size_t topics = 0;
  for (const subscriber::membership& each : who.memberships) {
    for (fan_out* const topic : each.list->active) {
      if (!topic->walking)
        continue;
      offer(who, *topic, topic->base, topic->target.at);
      ++topics;
    }
  }
  return topics;
} catch (const std::bad_alloc&) {
  seats_[who.slot].visited_by = 0;  // it was offered nothing of what it has no cursor for
  throw;
}

// Whoever is subscribed to `>` may have thousands.
void reader::look_up_cursors(subscriber& who) noexcept {
  ++look_up_;
  if (!who.behind)
    return;
  who.line_up();
  std::size_t index = 0;
  for (const subscriber::own_cursor& each : who.behind->cursors) {
    if (!each.again) {
      each.from->looked_up_for = look_up_;
      each.from->found_at = index;
    }
    ++index;
  }
}

void reader::look_up_memberships(const subscriber& who) noexcept {
  ++look_up_;
  for (const subscriber::membership& each : who.memberships) {
    if (!each.list->pattern.empty())
      continue;
    fan_out& topic = *each.list->fan_outs.front();
    topic.looked_up_for = look_up_;
    topic.found_at = each.index;
  }
}

void reader::offer(subscriber& who, fan_out& of, const cursor& from, const cursor& end) {
  subscriber::own_cursor* own =
      of.looked_up_for == look_up_ ? &who.behind->cursors[of.found_at] : nullptr;
  if (own == nullptr) {
    if (end.offset <= from.offset)
      return;
    own = &add_cursor(who, of, from);
  }
  if (own->parked || end.offset <= own->end_offset)
    return;
  tally_.offered.add(end.offset - own->end_offset);
  own->end = end.position;
  own->end_offset = end.offset;
}

subscriber::own_cursor& reader::add_cursor(subscriber& who, fan_out& in, const cursor& at) {
  make_room(lagging_);
  if (!who.behind)
    who.behind = trails_.take();
  auto& cursors = who.behind->cursors;
  cursors.push_back({&in, at, at.position, at.offset});
  in.looked_up_for = look_up_;
  in.found_at = cursors.size() - 1;
  if (!std::exchange(in.lagging, true))
    lagging_.push_back(&in);
  ++in.behind;
  set_handle(who, no_handle);
  return cursors.back();
}

void reader::settle(subscriber& who) {
  drop_cursors(who, [&](const subscriber::own_cursor& each) {
    return each.units() == 0 &&
           (each.again || each.at.position == common_place(who, *each.from).position);
  });
}

void reader::forget(const subscriber::own_cursor& gone) noexcept {
  tally_.dropped_at_end.add(gone.units());
  fan_out& from = *gone.from;
  if (--from.behind > 0)
    return;
  from.marks.clear();
  from.lag = 0;
  if (from.reported_lag)
    report_lag(from);
}

std::uint64_t reader::lag_allowed_of(std::uint64_t most) const noexcept {
  return topics_.budget().tight() ? std::min(most, lag_when_tight) : most;
}

std::uint64_t reader::allowed_lag(const fan_out& in) const noexcept {
  return lag_allowed_of(in.options().max_lag_bytes);
}

// Up to the end of the log, not to its own: nobody else may need what is in between.
bool reader::holds_too_much(const subscriber::own_cursor& one) const {
  const topic& from = *one.from->from;
  return from.end(from.history_lane()).at.position - one.at.position > allowed_lag(*one.from);
}

void reader::park(subscriber& who) noexcept {
  if (!who.behind)
    return;
  look_up_memberships(who);
  for (subscriber::own_cursor& each : who.behind->cursors) {
    fan_out& topic = *each.from;
    // Walks come to a pattern's subscribers for several topics, and to others once.
    const bool by_name = topic.looked_up_for == look_up_;
    if (!by_name || each.parked || each.again || each.end_offset != topic.offered().offset)
      continue;
    each.parked = true;
    topic.named.members[topic.found_at].parked = 1;
    topic.parked_from = std::min(topic.parked_from, each.at.position);
    ++topic.parked;
  }
}

void reader::unpark(subscriber& who) noexcept {
  if (!who.behind)
    return;
  who.line_up();
  const auto& cursors = who.behind->cursors;
  if (std::any_of(cursors.begin(), cursors.end(), [](const auto& each) { return each.parked; }))
    look_up_memberships(who);
  for (subscriber::own_cursor& each : who.behind->cursors) {
    if (!std::exchange(each.parked, false))
      continue;
    fan_out& topic = *each.from;
    each.end = topic.offered().position;
    each.end_offset = topic.offered().offset;
    topic.named.members[topic.found_at].parked = 0;
    if (--topic.parked == 0)
      topic.parked_from = fan_out::nobody_parked;
  }
}

void reader::patrol(const std::function<void(std::uint32_t slot)>& look) {
  std::erase_if(lagging_, [](fan_out* each) {
    each->lag = 0;
    each->parked_from = fan_out::nobody_parked;  // until they are parked again
    each->lagging = each->behind > 0;
    return !each->lagging;
  });
  for (std::uint32_t slot = 0; slot < seats_.size(); ++slot) {
    if (seats_[slot].who != nullptr && seats_[slot].handle == no_handle)
      look(slot);
  }
  for (fan_out* const each : lagging_) {
    if (!each->walking)  // else the end of the walk tells it
      report_lag(*each);
  }
}

void reader::report_lag(fan_out& of) noexcept {
  of.reported_lag = of.lag > 0;
  if (!of.from->finish_reading(of.lane, index_, of.base.position, of.lag))
    return;
  try {
    drained_.push_back(of.from);
  } catch (const std::bad_alloc&) {
    of.from->note_congestion();  // the sweep will find that publishers may go on
  }
}

reader::verdict reader::judge(subscriber& who, time_point now) {
  verdict worst = verdict::fine;
  if (!who.behind)
    return worst;
  unpark(who);
  for (subscriber::own_cursor& each : who.behind->cursors) {
    if (each.units() > 0)
      worst = std::max(worst, judge(who, each, now));
  }
  return worst;
}

// It was told that all of this comes. Where the policy may skip it may skip this, too, once there
// is something newer; elsewhere it is disconnected, and may resume.
reader::verdict reader::judge_again(const subscriber::own_cursor& one) const {
  const topic& from = *one.from->from;
  if (!holds_too_much(one))
    return verdict::fine;
  if (from.options().slow_consumers == slow_consumer_policy::disconnect)
    return verdict::disconnect;
  return from.end(from.history_lane()).at.offset > one.end_offset ? verdict::skip : verdict::fine;
}

reader::verdict reader::judge(const subscriber& who, subscriber::own_cursor& one, time_point now) {
  fan_out& topic = *one.from;
  const topic_options& options = topic.options();
  if (one.again)
    return judge_again(one);
  const std::uint64_t lag = one.bytes();
  const bool too_late =
      options.max_lag > duration::zero() && topic.age(one.at.position, now) > options.max_lag;
  const bool too_far = lag > allowed_lag(topic);
  const bool latest = options.slow_consumers == slow_consumer_policy::latest;
  const bool slow = too_late || lag > allowed_lag(topic) / 2 || (latest && one.units() > 1);
  if (slow && !std::exchange(one.reported, true))
    slow_.push_back({who.slot, topic.from, lag});
  switch (options.slow_consumers) {
    case slow_consumer_policy::disconnect:
      return too_far || too_late ? verdict::disconnect : verdict::fine;
    case slow_consumer_policy::drop_oldest:
      one.stale = too_late && one.units() == 1;
      return one.units() > 1 && (too_far || too_late) ? verdict::skip : verdict::fine;
    case slow_consumer_policy::latest:
      return one.units() > 1 ? verdict::skip : verdict::fine;
  }
  return verdict::fine;
}

void reader::excuse_pause(time_point began, time_point over) noexcept {
  for (fan_out* const each : lagging_)
    each->excuse_pause(began, over);
}

// The newest is kept, however long or old it is: else nobody would learn that there is something
// until the next publication.
void reader::skip_oldest(subscriber::own_cursor& one, time_point now) const {
  const unit_size measure = one.from->measure();
  const auto skip_to_within = [&](std::uint64_t most) {
    cursor kept = one.at;
    kept.skip_to_within(most, one.end, measure);
    if (kept.offset == one.end_offset)
      return false;
    one.at = std::move(kept);
    return true;
  };
  const std::uint64_t most = allowed_lag(*one.from);
  // An eighth more than it must: else the next publication would be too much again.
  bool kept = one.bytes() <= most || skip_to_within(most - most / 8) || skip_to_within(most);
  const duration max_lag = one.from->options().max_lag;
  if (kept && max_lag > duration::zero()) {
    const std::uint64_t old = one.from->offered_before(now - max_lag);
    one.stale = old >= one.end;
    kept = old <= one.at.position || (!one.stale && skip_to_within(one.end - old));
  }
  if (!kept)
    one.at.skip_to_last(one.end, one.end_offset, measure);
}

void reader::skip(subscriber& who, time_point now) {
  for (subscriber::own_cursor& each : who.behind->cursors) {
    fan_out& topic = *each.from;
    const topic_options& options = topic.options();
    const std::uint64_t before = each.at.offset;
    if (each.again) {
      if (each.units() > 0 && judge_again(each) == verdict::skip) {
        each.finish();
        tally_.dropped_oldest.add(each.at.offset - before);
      }
      continue;
    }
    if (options.slow_consumers == slow_consumer_policy::latest && each.units() > 1) {
      // Where the newest unit of a walk begins is known, unless a segment has begun behind it.
      // Whoever has been offered less or more than that is rare, too.
      const lane_end& newest = topic.target;
      if (newest.at.offset == each.end_offset && newest.newest >= newest.at.part->begin()) {
        each.at = {newest.at.part, newest.newest, newest.at.offset - 1};
      } else {
        each.at.skip_to_last(each.end, each.end_offset, topic.measure());
      }
      tally_.dropped_superseded.add(each.at.offset - before);
    }
    if (options.slow_consumers == slow_consumer_policy::drop_oldest && each.units() > 1) {
      skip_oldest(each, now);
      tally_.dropped_oldest.add(each.at.offset - before);
    }
  }
}

}  // namespace broadcast_hub::topic
