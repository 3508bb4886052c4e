#include "topic/cursor.hpp"

#include <algorithm>

namespace broadcast_hub::topic {
namespace {

const segment* find_from(const segment* at, std::uint64_t position) noexcept {
  while (at->end() <= position)
    at = at->next().get();
  return at;
}

}  // namespace

const segment* cursor::holding(std::uint64_t wanted) const noexcept {
  return find_from(part.get(), wanted);
}

// More than one at a time: a segment may have been given up before anything was in it.
void cursor::leave_ended_segments() noexcept {
  while (part->end() <= position)
    part = std::shared_ptr<segment>(part->next());
}

std::size_t cursor::advance(std::size_t bytes, unit_size measure) {
  while (bytes > 0) {
    leave_ended_segments();
    const std::size_t unit = measure(part->at(position));
    if (unit > bytes)
      break;
    bytes -= unit;
    position += unit;
    ++offset;
  }
  return bytes;
}

void cursor::move_to(std::uint64_t to_position, std::uint64_t to_offset) noexcept {
  position = to_position;
  offset = to_offset;
  leave_ended_segments();
}

void cursor::skip_to_within(std::uint64_t most, std::uint64_t end, unit_size measure) {
  while (end - position > most && !part->is_last() && part->end() < end) {
    const std::shared_ptr<segment> next = part->next();
    position = next->begin();
    offset = next->units_before();
    part = next;
  }
  while (end - position > most)
    advance(measure(bytes()), measure);
}

void cursor::skip_to_last(std::uint64_t end, std::uint64_t end_offset, unit_size measure) {
  while (part->end() < end) {
    const std::shared_ptr<segment> next = part->next();
    position = next->begin();
    offset = next->units_before();
    part = next;
  }
  while (offset + 1 < end_offset)
    advance(measure(bytes()), measure);
}

log_piece cursor::unit(unit_size measure) const {
  const segment* at = holding(position);
  const char* data = at->at(position);
  return {at->bytes(), data, measure(data)};
}

std::size_t cursor::gather(std::uint64_t skip, std::uint64_t end, std::span<iovec> out) const {
  std::uint64_t from = position + skip;
  if (from >= end)
    return 0;
  std::size_t used = 0;
  const segment* at = holding(from);
  while (from < end && used < out.size()) {
    const std::uint64_t stop = std::min(at->end(), end);
    // iovec has no const; nothing writes through it.
    out[used++] = {const_cast<char*>(at->at(from)), stop - from};
    from = stop;
    if (from < end)
      at = find_from(at, from);
  }
  return used;
}

std::vector<log_piece> cursor::pieces(std::uint64_t end) const {
  std::vector<log_piece> out;
  std::uint64_t from = position;
  if (from >= end)
    return out;
  const segment* at = holding(from);
  while (from < end) {
    const std::uint64_t stop = std::min(at->end(), end);
    out.push_back({at->bytes(), at->at(from), static_cast<std::size_t>(stop - from)});
    from = stop;
    if (from < end)
      at = find_from(at, from);
  }
  return out;
}

}  // namespace broadcast_hub::topic
