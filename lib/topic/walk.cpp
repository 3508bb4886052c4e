// The walk over all subscribers of the topics that have something new.

#include "base/reserve.hpp"
#include "topic/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace broadcast_hub::topic {
namespace {

// How many visits ahead something is asked for: memory takes as long as a few of them.
constexpr std::size_t seats_ahead = 16;
constexpr std::size_t subscribers_ahead = 10;
constexpr std::size_t memberships_ahead = 5;
constexpr std::size_t cache_line = 64;

/// After much coming and going the seats of a list lie anywhere in memory, and so does what they
/// lead to. Each step of the way is asked for some visits before the next one needs it.
///
/// Inlined, because GCC takes a function that only prefetches for one without effects, and leaves
/// calls of it out.
[[gnu::always_inline]] inline void fetch_ahead(const walk_state& walk,
                                               const std::vector<member>& members,
                                               const std::vector<seat>& seats) noexcept {
  const auto seat_ahead = [&](std::size_t visits) -> const seat* {
    const std::size_t place = walk.place + visits;
    const bool visited = place < members.size() && !members[place].parked;
    return visited ? &seats[members[place].slot] : nullptr;
  };
  if (const seat* const far = seat_ahead(seats_ahead))
    __builtin_prefetch(far, 1);
  if (walk.has_common)
    return;  // for nearly all, the seat is enough
  if (const seat* const nearer = seat_ahead(subscribers_ahead)) {
    // The owner of a subscriber keeps what a visit needs next in the line behind.
    const char* const who = reinterpret_cast<const char*>(nearer->who);
    __builtin_prefetch(who, 1);
    __builtin_prefetch(who + cache_line, 1);
  }
  if (const seat* const next = seat_ahead(memberships_ahead))
    __builtin_prefetch(next->who->memberships.data());
}

}  // namespace

bool reader::begin_walk() {
  if (walking())
    return true;
  learn();
  std::size_t lists = 0;
  for (const fan_out* const each : dirty_)
    lists += each->lists.size();
  make_room(walk_.lists, lists);
  make_room(walk_.fan_outs, dirty_.size());
  walk_.beginning.clear();
  walk_.news = {};
  walk_.beginning.swap(dirty_);
  for (fan_out* const each : walk_.beginning)
    begin(*each);
  deactivate(walk_.beginning);
  for (fan_out* const each : walk_.beginning) {
    if (!each->active())
      close_if_unused(*each);
  }
  if (walk_.fan_outs.empty())
    return false;
  if (++walk_.serial == 0) {  // after four billion walks old marks would look new
    for (seat& each : seats_)
      each.visited_by = 0;
    walk_.serial = 1;
  }
  walk_.list = walk_.place = 0;
  return true;
}

void reader::begin(fan_out& next) noexcept {
  next.dirty = false;
  next.target = next.from->begin_reading(next.lane, index_);
  if (!next.has_subscribers() || next.target.at.position == next.base.position) {
    next.base = next.target.at;  // the topic may have begun a new segment, and the old one can go
    return;
  }
  next.walking = true;
  next.lag = 0;
  tally_.offered.add(next.units() * next.parked);
  walk_.fan_outs.push_back(&next);
  walk_state::lane_news& news = walk_.news[index_of(next.lane)];
  ++news.topics;
  news.last = &next;
  for (member_list* const list : next.lists) {
    if (!list->members.empty() && !std::exchange(list->listed, true))
      walk_.lists.push_back(list);
  }
}

// Whoever is in a list reads the list's lane and no other.
void reader::prepare_common(lane_kind lane) {
  const walk_state::lane_news& news = walk_.news[index_of(lane)];
  walk_.has_common = news.topics == 1;
  if (!walk_.has_common)
    return;
  const fan_out& only = *news.last;
  walk_.piece_count = only.base.gather(0, only.target.at.position, walk_.pieces);
  walk_.common_bytes = 0;
  for (const iovec& piece : walk_.common())
    walk_.common_bytes += piece.iov_len;
  walk_.common_units = only.units();
  walk_.has_common = walk_.common_bytes == only.bytes();
}

reader::visit reader::next() {
  for (; walk_.list < walk_.lists.size(); ++walk_.list, walk_.place = 0) {
    const std::vector<member>& members = walk_.lists[walk_.list]->members;
    if (walk_.place == 0)
      prepare_common(walk_.lists[walk_.list]->lane);
    while (walk_.place < members.size()) {
      const auto [slot, parked] = members[walk_.place++];
      fetch_ahead(walk_, members, seats_);
      if (parked)
        continue;
      seat& each = seats_[slot];
      if (std::exchange(each.visited_by, walk_.serial) == walk_.serial)
        continue;
      const bool common = walk_.has_common && each.handle != no_handle;
      return {common ? visit::kind::common : visit::kind::own, slot, each.handle};
    }
  }
  return {};
}

bool reader::end_walk(time_point now) noexcept {
  std::vector<fan_out*>& walks = walk_.ended_fan_outs;
  std::vector<member_list*>& lists = walk_.ended_lists;
  walks.clear();
  lists.clear();
  walks.swap(walk_.fan_outs);
  lists.swap(walk_.lists);
  bool limits_met = false;
  for (fan_out* const each : walks) {
    if (each->behind > 0)
      each->note_offer(now);
    each->base = each->target.at;
    each->walking = false;
    if (each->parked > 0)
      each->lag = std::max(each->lag, each->base.position - each->parked_from);
    // A patrol, which then comes, tells the topic: with what the parked are behind and what is not
    // read yet, the log is no longer than both limits together.
    const bool limit_met = each->parked > 0 && each->lag > allowed_lag(*each);
    limits_met = limits_met || limit_met;
    if (!limit_met)
      report_lag(*each);
  }
  deactivate(walks);
  for (fan_out* const each : walks)
    each->ending = true;
  // First the patterns, then the topics, which may be used by none of them any more.
  for (member_list* const list : lists) {
    list->listed = false;
    if (!list->pattern.empty())
      release(*list);
  }
  for (fan_out* const each : walks) {
    each->ending = false;
    close_if_unused(*each);
  }
  return limits_met;
}

}  // namespace broadcast_hub::topic
