#include "topic/history.hpp"

#include "base/reserve.hpp"
#include "topic/limits.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace broadcast_hub::topic {

void history::make_room() {
  if (entries_.size() == entries_.capacity() && first_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  broadcast_hub::make_room(entries_);
}

void history::add(std::uint64_t position, const std::shared_ptr<segment>& part, time_point now) {
  make_room();
  entries_.push_back({position, now});
  if (size() == 1)
    oldest_ = part;
}

void history::trim(std::uint64_t end, time_point now) {
  const bool ages = options_.max_age > std::chrono::milliseconds(0);
  const std::size_t count = publications_kept(options_);
  const std::size_t bytes = bytes_kept(options_);
  const auto too_much = [&](const entry& first) {
    return size() > count || end - first.position > bytes ||
           (ages && now - first.added >= options_.max_age);
  };
  while (!empty() && too_much(entries_[first_]))
    drop_first();
}

void history::own_newest(const lane& of, std::uint64_t newest, memory_budget& budget) noexcept {
  const std::uint64_t end = of.position();
  if (size() != 1 || of.last()->begin() != end)
    return;
  const std::uint64_t begin = entries_[first_].position;
  const std::size_t bytes = end - begin;
  if (oldest_->capacity() <= bytes)
    return;
  try {
    auto copy = segment::make(begin, newest - 1, bytes, budget);
    copy->write(begin, {oldest_->at(begin), bytes});
    copy->seal(of.last());
    oldest_ = std::move(copy);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): see above
  }
}

void history::halve() {
  for (std::size_t left = size() / 2; left > 0; --left)
    drop_first();
}

void history::clear() {
  while (!empty())
    drop_first();
}

void history::drop_first() {
  if (++first_ == entries_.size()) {
    entries_ = std::vector<entry>();  // `{}` would keep the memory
    first_ = 0;
    oldest_.reset();
    return;
  }
  while (oldest_->end() <= entries_[first_].position)
    oldest_ = std::shared_ptr<segment>(oldest_->next());
}

cursor history::place_behind(std::uint64_t offset, std::uint64_t newest, std::uint64_t end) const {
  cursor at{oldest_, 0, 0};
  at.move_to(position_behind(offset, newest, end), offset);
  return at;
}

std::vector<past_unit> history::read(std::uint64_t since, std::size_t limit, std::uint64_t newest,
                                     unit_size measure) const {
  std::vector<past_unit> found;
  const std::uint64_t before = newest - size();  // offset ahead of the first entry
  std::size_t index = since > before ? static_cast<std::size_t>(since - before) : 0;
  cursor at{oldest_, 0, 0};
  for (; index < size() && found.size() < limit; ++index) {
    at.move_to(entries_[first_ + index].position, before + index);
    found.push_back({at.offset + 1, at.unit(measure)});
  }
  return found;
}

}  // namespace broadcast_hub::topic
