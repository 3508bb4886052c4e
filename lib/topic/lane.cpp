#include "topic/lane.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::topic {

void lane::begin(std::uint64_t offset) {
  if (!last_)
    last_ = std::make_shared<segment>(end_, offset, segment::smallest, budget_);
}

void lane::keep(std::uint64_t offset) {
  begin(offset);
  kept_ = true;
}

bool lane::fits(std::size_t bytes) const noexcept {
  return last_->room(end_) >= bytes || budget_.has_room_for(bytes);
}

void lane::append(std::string_view header, std::string_view payload, std::uint64_t offset) {
  const std::size_t size = header.size() + payload.size();
  if (last_->room(end_) < size) {
    const std::size_t grown = std::min(last_->capacity() * 2, segment::largest);
    // Units of one topic are often alike, and what none fits into at the end would be lost.
    const std::size_t filled = grown - grown % size;
    auto next = std::make_shared<segment>(end_, offset - 1, std::max(filled, size), budget_);
    last_->seal(next);
    last_ = std::move(next);
  }
  last_->write(end_, header);
  last_->write(end_ + header.size(), payload);
  newest_ = end_;
  end_ += size;
}

void lane::attach(std::size_t reader, std::uint64_t offset) {
  reader_state& state = readers_[reader];
  if (state.attached)
    return;
  begin(offset);
  state = {true, false, end_, 0, {last_, end_, offset}, 0};
  ++attached_;
}

lane::claimed lane::claim(std::size_t reader) {
  reader_state& state = readers_[reader];
  return {std::exchange(state.start, {}), std::exchange(state.presumed, 0)};
}

void lane::detach(std::size_t reader) noexcept {
  if (!readers_[reader].attached)
    return;
  readers_[reader] = {};
  if (--attached_ == 0 && !kept_)
    last_.reset();
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
