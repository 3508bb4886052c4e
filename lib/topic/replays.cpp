// What subscribers are sent again of the past.

#include "topic/reader.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace broadcast_hub::topic {
namespace {

/// Where those begin that are not sent again for names.
std::size_t behind_names(const subscriber& who) {
  if (!who.behind)
    return 0;
  const auto& cursors = who.behind->cursors;
  const auto found = std::find_if_not(cursors.begin(), cursors.end(), [](const auto& each) {
    return each.again && !each.for_pattern;
  });
  return static_cast<std::size_t>(found - cursors.begin());
}

}  // namespace

standing reader::place_of(subscriber& who, std::string_view name) {
  assert(!who.mid_unit());
  unpark(who);
  fan_out& in = *who.find(name)->list->fan_outs.front();
  stop_sending_again(who, in);
  look_up_cursors(who);
  return {in.from, offset_of(who, in), allowed_lag(in)};
}

/// Up to which publication he has been sent. Behind `look_up_cursors`.
std::uint64_t reader::offset_of(const subscriber& who, const fan_out& in) const noexcept {
  const bool has_own = in.looked_up_for == look_up_;
  return has_own ? who.behind->cursors[in.found_at].at.offset : common_place(who, in).offset;
}

void reader::stop_sending_again(subscriber& who, const fan_out& in) noexcept {
  drop_cursors(
      who, [&](const auto& each) { return each.again && !each.for_pattern && each.from == &in; });
}

// Ahead of those for a pattern, which the client would take for the last ones for the name.
void reader::send_again(subscriber& who, std::string_view name, const topic::stored& past) {
  if (past.units == 0)
    return;
  send_behind_names(who, [&] { add_again(who, *who.find(name)->list->fan_outs.front(), past); });
}

void reader::send_again(subscriber& who, const newest_ones& them) {
  send_behind_names(who, [&] {
    for (const newest_ones::one& each : them.found)
      add_again(who, *each.in, each.past).for_pattern = true;
  });
}

/// What `add` adds goes behind what is sent again for names, ahead of everything else.
template <typename Add>
void reader::send_behind_names(subscriber& who, Add add) {
  assert(!who.mid_unit());
  look_up_cursors(who);
  const auto place = static_cast<std::ptrdiff_t>(behind_names(who));
  const auto end = static_cast<std::ptrdiff_t>(who.behind ? who.behind->cursors.size() : 0);
  add();
  if (!who.behind)
    return;
  const auto begin = who.behind->cursors.begin();
  std::rotate(begin + place, begin + end, who.behind->cursors.end());
}

subscriber::own_cursor& reader::add_again(subscriber& who, fan_out& in, const topic::stored& past) {
  subscriber::own_cursor& added = add_cursor(who, in, past.at);
  added.again = true;
  added.end = past.end;
  added.end_offset = past.at.offset + past.units;
  tally_.offered.add(past.units);
  return added;
}

reader::newest_ones reader::newest_of(subscriber& who, std::string_view pattern, newest_limits most,
                                      time_point now) {
  assert(!who.mid_unit());
  unpark(who);
  look_up_cursors(who);
  std::vector<const fan_out*> coming;
  if (who.behind) {
    for (const subscriber::own_cursor& each : who.behind->cursors) {
      if (each.units() > 0 && (!each.again || each.for_pattern))
        coming.push_back(each.from);
    }
  }
  std::sort(coming.begin(), coming.end());
  newest_ones result;
  for (fan_out* const each : who.find(pattern)->list->fan_outs) {
    if (!each->from->keeps_newest() || std::binary_search(coming.begin(), coming.end(), each))
      continue;
    topic::stored past =
        each->from->stored_before(offset_of(who, *each), 1, allowed_lag(*each), now);
    if (past.units == 0)
      continue;
    const std::uint64_t bytes = past.end - past.at.position;
    result.more = result.found.size() == most.topics || bytes > most.bytes;
    if (result.more)
      break;
    most.bytes -= bytes;
    result.found.push_back({each, std::move(past)});
  }
  return result;
}

}  // namespace broadcast_hub::topic
