#include "topic/lane.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace broadcast_hub::topic {
namespace {

constexpr std::size_t most_when_all_is_read = std::size_t{4} * 1024;

}  // namespace

void lane::begin(std::uint64_t offset) {
  if (!last_)
    last_ = segment::make(end_, offset, segment::smallest, budget_);
}

void lane::keep(std::uint64_t offset) {
  begin(offset);
  kept_ = true;
}

bool lane::fits(std::size_t bytes) const noexcept {
  return last_->room(end_) >= bytes || budget_.has_room_for(bytes);
}

// The smaller of the last two, so that one that is larger than others leaves no large segment
// behind.
std::size_t lane::begin_batch() noexcept {
  const std::uint64_t last = end_ - std::exchange(batch_begin_, end_);
  const std::uint64_t usual = std::min(last, std::exchange(last_batch_, last));
  return budget_.tight() ? 0 : std::min<std::uint64_t>(usual, segment::largest);
}

void lane::forget_batches() noexcept {
  batch_begin_ = end_;
  last_batch_ = 0;
}

void lane::make_room(std::size_t size, std::uint64_t offset, std::uint64_t held) {
  // What is appended until it is read leaves in one send, which costs less from one place.
  const std::size_t needed = std::max(size, held == 0 ? begin_batch() : 0);
  const std::size_t room = last_->room(end_);
  if (room >= needed)
    return;
  // Where much waits they are large, so that what one walk sends seldom lies in more than two.
  // Where everything is read at once they stay small, or as large as what is read together: so
  // much a topic keeps that is quiet afterwards, until `renew`.
  const std::size_t busy = std::min(2 * last_->capacity(), most_when_all_is_read);
  const std::size_t grown = std::clamp<std::uint64_t>(8 * held, busy, segment::largest);
  // Units of one topic are often alike, and what none fits into at the end would be lost.
  const std::size_t filled = grown - grown % needed;
  try {
    begin_segment(std::max(filled, needed), offset);
  } catch (const std::bad_alloc&) {
    if (room < size)
      begin_segment(size, offset);  // no more than it must have
  }
}

void lane::begin_segment(std::size_t capacity, std::uint64_t offset) {
  auto next = segment::make(end_, offset, capacity, budget_);
  last_->seal(next);
  last_ = std::move(next);
}

void lane::append(const unit_pieces& unit) noexcept {
  newest_ = end_;
  for (const std::string_view piece : unit) {
    last_->write(end_, piece);
    end_ += piece.size();
  }
}

bool lane::renew(std::uint64_t offset, bool memory_is_short) noexcept {
  const std::uint64_t lately = end_ - std::exchange(renewed_at_, end_);
  if (!last_ || last_->capacity() <= segment::smallest || largest_lag() > 0)
    return false;
  if (!memory_is_short && lately > last_->capacity() / 8)
    return false;
  try {
    begin_segment(segment::smallest, offset);
    forget_batches();
    return true;
  } catch (const std::bad_alloc&) {
    return false;  // nothing is lost but room
  }
}

void lane::attach(std::size_t reader, std::uint64_t offset) {
  if (readers_.empty()) {
    notices_ = std::vector<inbox::notice>(reader_count_);  // they do not move from here on
    readers_.resize(reader_count_);
  }
  reader_state& state = readers_[reader];
  if (state.attached)
    return;
  begin(offset);
  state = {true, false, end_, 0, {last_, end_, offset}, 0};
  ++attached_;
}

lane::claimed lane::claim(std::size_t reader) {
  if (readers_.empty())
    return {};
  reader_state& state = readers_[reader];
  return {std::exchange(state.start, {}), std::exchange(state.presumed, 0)};
}

void lane::detach(std::size_t reader) noexcept {
  if (!attached(reader))
    return;
  readers_[reader] = {};
  if (--attached_ == 0 && !kept_) {
    last_.reset();
    forget_batches();
  }
}

std::uint64_t lane::backlog() const noexcept {
  std::uint64_t most = 0;
  for (const reader_state& each : readers_) {
    if (each.attached)
      most = std::max(most, end_ - each.read_to);
  }
  return most;
}

std::uint64_t lane::largest_lag() const noexcept {
  std::uint64_t most = 0;
  for (const reader_state& each : readers_) {
    if (each.attached)
      most = std::max(most, end_ - each.read_to + each.lag);
  }
  return most;
}

}  // namespace broadcast_hub::topic
