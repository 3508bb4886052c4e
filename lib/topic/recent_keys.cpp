#include "topic/recent_keys.hpp"

#include <new>

namespace broadcast_hub::topic {

recent_keys::~recent_keys() {
  while (!order_.empty())
    forget_first();
}

std::uint64_t recent_keys::find(std::string_view key) const noexcept {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? 0 : found->second.offset;
}

void recent_keys::add(std::string_view key, std::uint64_t offset, time_point now) {
  const std::string& kept = order_.emplace_back(key);
  try {
    by_key_.emplace(kept, use{offset, now});
  } catch (const std::bad_alloc&) {
    order_.pop_back();
    throw;
  }
  budget_.take(cost_of(kept));
  if (by_key_.size() > most)
    forget_first();
  for (std::size_t left = budget_.tight() ? by_key_.size() / 2 : 0; left > 0; --left)
    forget_first();
}

void recent_keys::forget_before(time_point then) noexcept {
  while (!order_.empty() && by_key_.find(order_.front())->second.at < then)
    forget_first();
}

void recent_keys::forget_first() noexcept {
  budget_.give_back(cost_of(order_.front()));
  by_key_.erase(by_key_.find(order_.front()));
  order_.pop_front();
}

}  // namespace broadcast_hub::topic
