#include "topic/fan_out.hpp"

#include <algorithm>
#include <cassert>

namespace broadcast_hub::topic {

fan_out::~fan_out() {
  for (entry& e : entries_) {
    e.who->index = subscriber::nowhere;
    log_.remove_subscriber();
  }
  if (!entries_.empty())
    log_.detach(reader_);
}

void fan_out::add(subscriber& who, std::uint32_t owner) {
  assert(!who.subscribed());
  std::uint64_t cursor = 0;
  if (entries_.empty()) {
    log::attachment start = log_.attach(reader_);
    oldest_ = std::move(start.last);
    cursor = walk_end_.position = start.end.position;
    walk_end_.offset = start.end.offset;
    walking_ = false;
  } else {
    cursor = log_.end_position();
  }
  who = subscriber{owner, static_cast<std::uint32_t>(entries_.size()), 0, false};
  entries_.push_back({&who, cursor});
  log_.add_subscriber();
}

void fan_out::remove(subscriber& who) noexcept {
  std::size_t hole = who.index;
  const auto fill = [&](std::size_t from) {
    entries_[hole] = entries_[from];
    entries_[hole].who->index = static_cast<std::uint32_t>(hole);
    hole = from;
  };
  // What a walk has visited stays in front of what it has not.
  if (walking_ && hole < walked_)
    fill(--walked_);
  if (hole + 1 != entries_.size())
    fill(entries_.size() - 1);
  entries_.pop_back();
  who = subscriber{};
  log_.remove_subscriber();
  if (!entries_.empty())
    return;
  log_.detach(reader_);
  oldest_.reset();
  walking_ = false;
}

std::size_t fan_out::gather(const subscriber& who, std::uint64_t end, std::span<iovec> out) const {
  return gather(cursor(who), who.sent_of_unit, end, out);
}

std::size_t fan_out::gather(std::uint64_t from, std::uint64_t skip, std::uint64_t end,
                            std::span<iovec> out) const {
  std::size_t used = 0;
  std::uint64_t position = from + skip;
  if (position >= end)
    return 0;
  const segment* part = locate(position).get();
  while (position < end && used < out.size()) {
    const std::uint64_t stop = std::min(part->end(), end);
    // iovec has no const; nothing writes through it.
    out[used++] = {const_cast<char*>(part->at(position)), stop - position};
    position = stop;
    if (position < end)
      part = part->next().get();
  }
  return used;
}

std::vector<log_piece> fan_out::pieces(const subscriber& who, std::uint64_t end) const {
  std::vector<log_piece> out;
  std::uint64_t position = cursor(who) + who.sent_of_unit;
  if (position >= end)
    return out;
  const segment* part = locate(position).get();
  while (position < end) {
    const std::uint64_t stop = std::min(part->end(), end);
    out.push_back({part->bytes(), part->at(position), static_cast<std::size_t>(stop - position)});
    position = stop;
    if (position < end)
      part = part->next().get();
  }
  return out;
}

log_piece fan_out::unit_at_cursor(const subscriber& who) const {
  const std::uint64_t begin = cursor(who);
  const segment& part = *locate(begin);
  const char* data = part.at(begin);
  return {part.bytes(), data, log_.measure()(data)};
}

std::size_t fan_out::advance(subscriber& who, std::size_t sent) {
  entry& e = entries_[who.index];
  std::uint64_t left = who.sent_of_unit + std::uint64_t{sent};
  std::size_t units = 0;
  if (left == 0)
    return 0;
  const segment* part = locate(e.cursor).get();
  while (left > 0) {
    if (e.cursor == part->end())
      part = part->next().get();
    const std::size_t unit = log_.measure()(part->at(e.cursor));
    if (unit > left)
      break;
    left -= unit;
    e.cursor += unit;
    ++units;
  }
  who.sent_of_unit = static_cast<std::uint32_t>(left);
  return units;
}

void fan_out::set_cursor(subscriber& who, std::uint64_t position) noexcept {
  entries_[who.index].cursor = position;
  who.sent_of_unit = 0;
}

bool fan_out::begin_walk() {
  if (walking_ || entries_.empty())
    return walking_;
  const log_end end = log_.begin_reading(reader_);
  if (end.position == walk_end_.position) {
    if (lagging_)
      trim();  // whoever was behind may have caught up since
    return false;
  }
  walk_begin_ = walk_end_.position;
  walk_begin_offset_ = walk_end_.offset;
  walk_end_ = end;
  walked_ = 0;
  walking_ = true;
  return true;
}

fan_out::visit fan_out::next() {
  while (walking_ && walked_ < entries_.size()) {
    const entry& e = entries_[walked_++];
    if (e.cursor >= walk_end_.position)
      continue;
    return {e.who, e.cursor == walk_begin_ && e.who->sent_of_unit == 0};
  }
  return {};
}

void fan_out::end_walk() {
  walking_ = false;
  if (entries_.empty())
    return;
  log_.finish_reading(reader_, walk_end_.position);
  trim();
}

void fan_out::trim() noexcept {
  std::uint64_t slowest = walk_end_.position;
  for (const entry& e : entries_)
    slowest = std::min(slowest, e.cursor);
  lagging_ = slowest < walk_end_.position;
  // A segment that ends where the slowest cursor stands has been read to its end.
  while (oldest_->end() <= slowest)
    oldest_ = oldest_->next();
}

const std::shared_ptr<segment>& fan_out::locate(std::uint64_t position) const noexcept {
  const std::shared_ptr<segment>* part = &oldest_;
  while ((*part)->end() <= position)
    part = &(*part)->next();
  return *part;
}

std::size_t fan_out::held_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const segment* part = oldest_.get(); part != nullptr;) {
    bytes += part->capacity();
    part = part->end() == ~std::uint64_t{0} ? nullptr : part->next().get();
  }
  return bytes;
}

}  // namespace broadcast_hub::topic
