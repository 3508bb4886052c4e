// What subscribers are sent again of the past.

#include "topic/reader.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
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

/// Those from `from` on.
void move_up(subscriber& who, std::size_t from, std::size_t to) {
  if (!who.behind)
    return;
  const auto at = [&](std::size_t index) {
    return who.behind->cursors.begin() + static_cast<std::ptrdiff_t>(index);
  };
  std::rotate(at(to), at(from), who.behind->cursors.end());
}

}  // namespace

standing reader::place_of(subscriber& who, std::string_view name) {
  assert(!who.mid_unit());
  unpark(who);
  fan_out& in = *who.find(name)->list->fan_outs.front();
  stop_sending_again(who, in);
  look_up_cursors(who);
  const bool has_own = in.looked_up_for == look_up_;
  return {in.from,
          has_own ? who.behind->cursors[in.found_at].at.offset : common_place(who, in).offset,
          allowed_lag(in)};
}

void reader::stop_sending_again(subscriber& who, const fan_out& in) noexcept {
  drop_cursors(
      who, [&](const auto& each) { return each.again && !each.for_pattern && each.from == &in; });
}

// Ahead of those for a pattern, which the client would take for the last ones for the name.
void reader::send_again(subscriber& who, std::string_view name, const topic::stored& past) {
  assert(!who.mid_unit());
  if (past.units == 0)
    return;
  look_up_cursors(who);
  const std::size_t place = behind_names(who);
  const std::size_t end = who.behind ? who.behind->cursors.size() : 0;
  add_again(who, *who.find(name)->list->fan_outs.front(), past);
  move_up(who, end, place);
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
    const bool has_own = each->looked_up_for == look_up_;
    const std::uint64_t stands =
        has_own ? who.behind->cursors[each->found_at].at.offset : common_place(who, *each).offset;
    topic::stored past = each->from->stored_before(stands, 1, allowed_lag(*each), now);
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

void reader::send_again(subscriber& who, const newest_ones& them) {
  assert(!who.mid_unit());
  look_up_cursors(who);
  const std::size_t place = behind_names(who);
  const std::size_t end = who.behind ? who.behind->cursors.size() : 0;
  for (const newest_ones::one& each : them.found)
    add_again(who, *each.in, each.past).for_pattern = true;
  move_up(who, end, place);
}

void reader::settle(subscriber& who) {
  drop_cursors(who, [&](const subscriber::own_cursor& each) {
    return each.units() == 0 &&
           (each.again || each.at.position == common_place(who, *each.from).position);
  });
}

}  // namespace broadcast_hub::topic
