#include "base/timer_queue.hpp"

#include "base/timer_state.hpp"

#include <utility>

namespace broadcast_hub {

timer::timer(std::shared_ptr<state> shared) noexcept : state_(std::move(shared)) {}

void timer::cancel() const noexcept {
  if (state_)
    state_->cancel();
}

void timer_queue::add(std::shared_ptr<timer::state> timer, time_point due, duration period,
                      std::function<void()> work) {
  entries_.emplace(due, entry{std::move(timer), period, std::move(work)});
}

void timer_queue::advance(time_point now, const failure& failed) {
  while (!entries_.empty() && entries_.begin()->first <= now) {
    // Taken out before the call: the work may add timers.
    auto node = entries_.extract(entries_.begin());
    entry& current = node.mapped();
    if (current.handle->cancelled())
      continue;
    try {
      current.work();
    } catch (...) {
      failed();
    }
    if (current.period == duration::zero() || current.handle->cancelled())
      continue;
    // Missed calls are skipped: the next one keeps the rhythm of the first.
    const auto missed = (now - node.key()) / current.period;
    node.key() += current.period * (missed + 1);
    entries_.insert(std::move(node));
  }
}

std::optional<time_point> timer_queue::next_due() const {
  if (entries_.empty())
    return std::nullopt;
  return entries_.begin()->first;
}

}  // namespace broadcast_hub
