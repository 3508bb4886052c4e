#include "topic/subscriber.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace broadcast_hub::topic {

std::string_view name_of(const member_list& list) noexcept {
  return list.pattern.empty() ? list.fan_outs.front()->from->name() : list.pattern;
}

void subscriber::own_cursor::finish() noexcept {
  if (again) {
    at = {nullptr, end, end_offset};  // else it would hold what the history lets go of
  } else if (units() > 0) {
    at.move_to(end, end_offset);
  }
}

bool subscriber::catches_up() const noexcept {
  return behind &&
         std::any_of(behind->cursors.begin(), behind->cursors.end(),
                     [](const own_cursor& each) { return each.again && each.units() > 0; });
}

bool subscriber::pending() const noexcept {
  return behind && std::any_of(behind->cursors.begin(), behind->cursors.end(),
                               [](const own_cursor& each) { return each.units() > 0; });
}

template <typename Measure>
std::uint64_t subscriber::pending(Measure measure) const noexcept {
  std::uint64_t sum = 0;
  if (behind) {
    for (const own_cursor& each : behind->cursors)
      sum += (each.*measure)();
  }
  return sum;
}

std::uint64_t subscriber::pending_units() const noexcept {
  return pending(&own_cursor::units);
}
std::uint64_t subscriber::pending_bytes() const noexcept {
  return pending(&own_cursor::bytes);
}

log_piece subscriber::partial_unit() const {
  const own_cursor& first = behind->cursors[behind->first];
  return first.at.unit(first.from->measure());
}

void subscriber::pass_partial_unit() {
  own_cursor& first = behind->cursors[behind->first];
  first.at.advance(partial_unit().size, first.from->measure());
  if (first.units() == 0)
    first.finish();
  behind->sent_of_unit = 0;
}

std::size_t subscriber::gather(std::span<iovec> out, scope wanted) const {
  if (!behind || behind->cursors.empty())
    return 0;
  std::uint64_t skip = behind->sent_of_unit;
  if (wanted != scope::everything) {
    const std::size_t unit = skip > 0 ? partial_unit().size : 0;
    const cursor& at = behind->cursors[behind->first].at;
    if (wanted == scope::partial_unit)
      return at.gather(skip, at.position + unit, out);
    skip = unit;
  }
  std::size_t used = 0;
  for (std::size_t i = behind->first; i < behind->cursors.size() && used < out.size(); ++i) {
    const own_cursor& each = behind->cursors[i];
    used += each.at.gather(std::exchange(skip, 0), each.end, out.subspan(used));
  }
  return used;
}

std::uint64_t subscriber::advance(std::size_t sent) {
  std::uint64_t units = 0;
  std::size_t left = behind->sent_of_unit + sent;
  behind->sent_of_unit = 0;
  while (left > 0) {
    own_cursor& each = behind->cursors[behind->first];
    const std::uint64_t before = each.at.offset;
    if (left >= each.bytes()) {
      left -= each.bytes();
      each.finish();
      ++behind->first;
    } else {
      left = each.at.advance(left, each.from->measure());
      behind->sent_of_unit = static_cast<std::uint32_t>(std::exchange(left, 0));
    }
    units += each.at.offset - before;
  }
  return units;
}

std::vector<log_piece> subscriber::pieces() const {
  std::vector<log_piece> all;
  if (!behind)
    return all;
  for (const own_cursor& each : behind->cursors) {
    std::vector<log_piece> pieces = each.at.pieces(each.end);
    std::move(pieces.begin(), pieces.end(), std::back_inserter(all));
  }
  return all;
}

void subscriber::pass_pieces() noexcept {
  if (!behind)
    return;
  for (own_cursor& each : behind->cursors)
    each.finish();
}

void subscriber::line_up() noexcept {
  if (!behind)
    return;
  auto& cursors = behind->cursors;
  const auto passed = static_cast<std::ptrdiff_t>(std::exchange(behind->first, 0));
  std::rotate(cursors.begin(), cursors.begin() + passed, cursors.end());
}

void subscriber::note_lag() const noexcept {
  if (!behind)
    return;
  for (const own_cursor& each : behind->cursors) {
    // Publishers need not wait for who was away, nor for what others would drop.
    if (!each.again && !each.stale)
      each.from->lag = std::max(each.from->lag, each.bytes());
  }
}

const subscriber::membership* subscriber::find(const member_list& list) const noexcept {
  const auto found = std::find_if(memberships.begin(), memberships.end(),
                                  [&](const membership& each) { return each.list == &list; });
  return found == memberships.end() ? nullptr : &*found;
}

const subscriber::membership* subscriber::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(memberships.begin(), memberships.end(),
                   [&](const membership& each) { return name_of(*each.list) == name; });
  return found == memberships.end() ? nullptr : &*found;
}

}  // namespace broadcast_hub::topic
