#include "topic/history.hpp"

#include <algorithm>

namespace broadcast_hub::topic {

void history::add(std::uint64_t position, const std::shared_ptr<segment>& part, time_point now) {
  if (entries_.empty())
    oldest_ = part;
  entries_.push_back({position, now});
}

void history::trim(std::uint64_t end, time_point now) {
  const bool ages = options_.max_age > std::chrono::milliseconds(0);
  const auto too_much = [&](const entry& first) {
    return entries_.size() > options_.max_publications ||
           end - first.position > options_.max_bytes ||
           (ages && now - first.added >= options_.max_age);
  };
  while (!entries_.empty() && too_much(entries_.front()))
    drop_first();
}

void history::halve() {
  for (std::size_t left = (entries_.size() + 1) / 2; left > 0; --left)
    drop_first();
}

void history::drop_first() {
  entries_.pop_front();
  if (entries_.empty()) {
    oldest_.reset();
    return;
  }
  while (oldest_->end() <= entries_.front().position)
    oldest_ = std::shared_ptr<segment>(oldest_->next());
}

std::vector<past_unit> history::read(std::uint64_t since, std::size_t limit, std::uint64_t newest,
                                     unit_size measure) const {
  std::vector<past_unit> found;
  const std::uint64_t before = newest - entries_.size();  // offset ahead of the first entry
  std::size_t index = since > before ? static_cast<std::size_t>(since - before) : 0;
  cursor at{oldest_, 0, 0};
  for (; index < entries_.size() && found.size() < limit; ++index) {
    at.position = entries_[index].position;
    found.push_back({before + index + 1, at.unit(measure)});
  }
  return found;
}

}  // namespace broadcast_hub::topic
