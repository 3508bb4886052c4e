#include "base/timer_wheel.hpp"

namespace broadcast_hub {

timer_wheel::timer_wheel(time_point now) noexcept : start_(now), turned_to_(now) {
  for (node& head : wheel_)
    head.previous = head.next = &head;
}

void timer_wheel::schedule(node& item, time_point deadline) noexcept {
  drop(item);
  // A deadline that has passed belongs to the next tick, not to the next turn.
  item.deadline = deadline > turned_to_ ? deadline : turned_to_ + tick;
  link_behind(wheel_[slot_of(item.deadline)], item);
  ++count_;
}

void timer_wheel::drop(node& item) noexcept {
  if (!item.scheduled())
    return;
  unlink(item);
  --count_;
}

time_point timer_wheel::next_due() const noexcept {
  time_point due = turned_to_;
  do {
    due += tick;
  } while (wheel_[slot_of(due)].next == &wheel_[slot_of(due)]);
  return due;
}

std::size_t timer_wheel::slot_of(time_point deadline) const noexcept {
  // Rounded up, so that a slot is looked at only when everything in it has expired.
  const auto ticks = (deadline - start_ + tick - duration(1)) / tick;
  return static_cast<std::size_t>(ticks) % slots;
}

void timer_wheel::link_behind(node& head, node& item) noexcept {
  item.previous = head.previous;
  item.next = &head;
  head.previous->next = &item;
  head.previous = &item;
}

void timer_wheel::unlink(node& item) noexcept {
  item.previous->next = item.next;
  item.next->previous = item.previous;
  item.previous = item.next = nullptr;
}

}  // namespace broadcast_hub
