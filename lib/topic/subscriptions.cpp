// Who is subscribed to what, on one shard.

#include "base/reserve.hpp"
#include "topic/name.hpp"
#include "topic/reader.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <new>
#include <span>
#include <thread>
#include <utility>

namespace broadcast_hub::topic {

std::error_code reader::subscribe(subscriber& who, std::string_view name) {
  const bool is_pattern = is_valid_pattern(name);
  if (!is_pattern && !is_valid_name(name))
    return errc::invalid_topic;
  if (who.find(name) != nullptr)
    return errc::already_subscribed;
  if (who.memberships.size() >= options().max_subscriptions)
    return errc::too_many_subscriptions;
  if (!is_pattern)
    return subscribe_name(who, name);
  subscribe_pattern(who, name);
  return {};
}

std::error_code reader::subscribe_name(subscriber& who, std::string_view name) {
  registry::opened topic;
  for (;;) {
    topic = topics_.open(name);
    if (topic.error)
      return topic.error;
    if (topic.found->attach(who.lane, index_))
      break;
    std::this_thread::yield();  // it is just being retired, by another thread
  }
  enroll(who, local(topic.found, who.lane).named);
  return {};
}

void reader::subscribe_pattern(subscriber& who, std::string_view pattern) {
  enroll(who, list_of(pattern, who.lane));
}

member_list& reader::list_of(std::string_view pattern, lane_kind lane) {
  pattern_lists& known = patterns(lane);
  const auto found = known.by_pattern.find(pattern);
  if (found != known.by_pattern.end())
    return *found->second;
  auto made = std::make_unique<member_list>();
  member_list& list = *made;
  list.pattern = pattern;
  list.lane = lane;
  known.by_pattern.emplace(list.pattern, std::move(made));
  try {
    const auto matching = topics_.add_pattern(pattern, {lane, index_, &list.size});
    // First those that are new here, which find their lists themselves.
    for (const std::shared_ptr<topic>& each : matching)
      link(local(each, lane), list);
    known.matching.insert(pattern, &list);
  } catch (const std::bad_alloc&) {
    release(list);
    throw;
  }
  return list;
}

fan_out& reader::local(const std::shared_ptr<topic>& from, lane_kind lane) {
  if (fan_out* const known = fan_outs_.find(*from, lane))
    return *known;
  auto made = std::make_unique<fan_out>(from, lane);
  fan_out& fresh = *made;
  const pattern_index<member_list*>& matching = patterns(lane).matching;
  std::size_t lists = 0;
  matching.for_each_match(from->name(), [&](member_list* list) {
    make_room(list->fan_outs);
    make_room(fresh.lists, ++lists);
  });
  fan_outs_.add(std::move(made));
  // From here on nothing throws: what is claimed would be lost.
  lane::claimed place = from->claim(lane, index_);
  fresh.base = std::move(place.start);
  fresh.target.at = fresh.base;
  matching.for_each_match(from->name(), [&](member_list* list) { link(fresh, *list); });
  const std::size_t counted = count_subscribers(fresh);
  const std::uint64_t offset = from->replace_presumed(place.presumed, counted);
  // Who has left since, and whoever has two patterns that match and was counted for each.
  give_up((place.presumed - std::min(counted, place.presumed)) * (offset - fresh.base.offset));
  return fresh;
}

void reader::link(fan_out& to, member_list& list) {
  make_room(to.lists);
  make_room(list.fan_outs);
  if (to.active())
    make_room(list.active);
  to.lists.push_back(&list);
  list.fan_outs.push_back(&to);
  if (to.active())
    list.active.push_back(&to);
}

// Whoever is in several lists counts in the first of them.
std::size_t reader::count_subscribers(const fan_out& of) const noexcept {
  if (of.lists.size() == 2 && of.named.members.empty())
    return of.lists.back()->members.size();  // thousands of topics may have one pattern and no more
  std::size_t count = 0;
  for (auto list = of.lists.begin(); list != of.lists.end(); ++list) {
    for (const member one : (*list)->members) {
      const subscriber& who = *seats_[one.slot].who;
      count += std::none_of(of.lists.begin(), list, [&](const member_list* before) {
        return who.find(*before) != nullptr;
      });
    }
  }
  return count;
}

bool reader::takes_part(const subscriber& who, const fan_out& in) noexcept {
  return std::any_of(
      who.memberships.begin(), who.memberships.end(), [&](const subscriber::membership& each) {
        return std::find(in.lists.begin(), in.lists.end(), each.list) != in.lists.end();
      });
}

/// In a list that may be new, and is let go of again when there is no memory.
void reader::enroll(subscriber& who, member_list& list) {
  std::size_t joined = 0;
  try {
    if (!list.pattern.empty()) {
      // Topics that are made from here on count it. Those that did not are in the inbox.
      list.size.store(list.members.size() + 1, std::memory_order_relaxed);
      topics_.wait_for_births();
    }
    learn();
    if (seats_.size() <= who.slot)
      seats_.resize(who.slot + std::size_t{1});
    who.memberships.reserve(who.memberships.size() + 1);  // few have more than one or two
    make_room(list.members);
    for (; joined < list.fan_outs.size(); ++joined)
      join(who, *list.fan_outs[joined]);
  } catch (const std::bad_alloc&) {
    part(who, std::span(list.fan_outs).first(joined), false);
    list.size.store(list.members.size(), std::memory_order_relaxed);
    release(list);
    throw;
  }
  enlist(who, list);
}

void reader::join(subscriber& who, fan_out& in) {
  if (takes_part(who, in))
    return;
  const lane_end now = in.from->add_subscriber(in.lane);
  // What the others have not been offered yet was published before the newcomer came.
  if (!in.active() && now.at.offset == in.base.offset)
    return;
  try {
    add_cursor(who, in, now.at);
  } catch (const std::bad_alloc&) {
    give_up(in.from->remove_subscriber() - now.at.offset);
    throw;
  }
}

/// Of these, from all that reach it in no other way. What was published on them since it was
/// offered something counts as dropped, so that every publication has as many outcomes as it had
/// subscribers. `visited`: by the walk under way.
void reader::part(subscriber& who, std::span<fan_out* const> from, bool visited) noexcept {
  look_up_cursors(who);
  const std::uint64_t with_cursor = look_up_++;
  for (fan_out* const each : from) {
    if (takes_part(who, *each))
      continue;
    const bool has_own = each->looked_up_for == with_cursor;
    const cursor& common = each->walking && visited ? each->target.at : each->base;
    const std::uint64_t stood =
        has_own ? who.behind->cursors[each->found_at].end_offset : common.offset;
    give_up(each->from->remove_subscriber() - stood);
    each->looked_up_for = look_up_;
  }
  drop_cursors(who, [&](const auto& each) { return each.from->looked_up_for == look_up_; });
}

void reader::give_up(std::uint64_t units) noexcept {
  tally_.offered.add(units);
  tally_.dropped_at_end.add(units);
}

void reader::enlist(subscriber& who, member_list& list) noexcept {
  seats_[who.slot].who = &who;
  list.members.push_back(member{who.slot & member::slots, 0});
  who.memberships.push_back({&list, static_cast<std::uint32_t>(list.members.size() - 1)});
  list.size.store(list.members.size(), std::memory_order_relaxed);
}

void reader::delist(subscriber& who, std::size_t membership) noexcept {
  const subscriber::membership gone = who.memberships[membership];
  who.memberships.erase(who.memberships.begin() + static_cast<std::ptrdiff_t>(membership));
  if (who.memberships.empty())
    seats_[who.slot] = {};
  std::vector<member>& members = gone.list->members;
  std::size_t hole = gone.index;
  const auto fill = [&](std::size_t from) {
    if (from == hole)
      return;
    members[hole] = members[from];
    for (subscriber::membership& each : seats_[members[hole].slot].who->memberships) {
      if (each.list == gone.list)
        each.index = static_cast<std::uint32_t>(hole);
    }
    hole = from;
  };
  // What the walk has visited stays in front of what it has not.
  if (walk_.is_visiting(*gone.list) && hole < walk_.place)
    fill(--walk_.place);
  fill(members.size() - 1);
  members.pop_back();
  gone.list->size.store(members.size(), std::memory_order_relaxed);
}

std::error_code reader::unsubscribe(subscriber& who, std::string_view name) {
  assert(!who.mid_unit());
  const subscriber::membership* const found = who.find(name);
  if (found == nullptr)
    return errc::not_subscribed;
  unpark(who);
  if (found->list->pattern.empty())
    stop_sending_again(who, *found->list->fan_outs.front());  // a pattern is live only
  // The walk under way may owe something to somebody who stays subscribed in another way: it may
  // have passed that list.
  if (walking() && std::exchange(seats_[who.slot].visited_by, walk_.serial) != walk_.serial)
    offer_walk(who);
  end_membership(who, static_cast<std::size_t>(found - who.memberships.data()));
  return {};
}

void reader::end_membership(subscriber& who, std::size_t membership) noexcept {
  member_list& list = *who.memberships[membership].list;
  const bool visited = walking() && seats_[who.slot].visited_by == walk_.serial;
  delist(who, membership);
  part(who, list.fan_outs, visited);
  release(list);
}

void reader::leave(subscriber& who) noexcept {
  unpark(who);
  while (!who.memberships.empty())
    end_membership(who, who.memberships.size() - 1);
}

void reader::release(member_list& list) noexcept {
  if (!list.members.empty() || list.listed)
    return;  // if the walk visits it, `end_walk` comes here
  if (list.pattern.empty())
    return close_if_unused(*list.fan_outs.front());
  for (fan_out* const each : unlink_pattern(list))
    close_if_unused(*each);
}

std::vector<fan_out*> reader::unlink_pattern(member_list& list) noexcept {
  pattern_lists& known = patterns(list.lane);
  known.matching.erase(list.pattern, &list);
  for (fan_out* const each : list.fan_outs)
    std::erase(each->lists, &list);
  topics_.remove_pattern(list.pattern, {list.lane, index_, &list.size}, [&](topic& each) {
    bool wanted = fan_outs_.find(each, list.lane) != nullptr;
    known.matching.for_each_match(each.name(), [&](member_list*) { wanted = true; });
    if (!wanted)
      give_up(each.detach(list.lane, index_));
  });
  std::vector<fan_out*> left = std::move(list.fan_outs);
  known.by_pattern.erase(known.by_pattern.find(list.pattern));
  return left;
}

void reader::close_if_unused(fan_out& unused) noexcept {
  // The end of its walk comes here again, and so does the end of a pattern.
  if (unused.active() || unused.ending || unused.lists.size() > 1 || !unused.named.members.empty())
    return;
  if (unused.lagging)
    std::erase(lagging_, &unused);
  unused.from->detach(unused.lane, index_);
  fan_outs_.remove(unused);
}

}  // namespace broadcast_hub::topic
