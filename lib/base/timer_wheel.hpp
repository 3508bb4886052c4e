#pragma once

#include "base/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace broadcast_hub {

/// Deadlines of many things that seldom expire: connections. Setting and dropping one costs a few
/// instructions and no memory; in exchange they are kept to `tick` only, never early.
///
/// Things further away than one turn of the wheel stay in their slot for another turn.
class timer_wheel {
 public:
  static constexpr auto tick = std::chrono::milliseconds(128);
  static constexpr std::size_t slots = 512;  // one turn is about 65 s

  /// What expires derives from this. Its owner drops it before destroying it.
  struct node {
    node* previous = nullptr;
    node* next = nullptr;
    time_point deadline;

    bool scheduled() const noexcept { return next != nullptr; }
  };

  explicit timer_wheel(time_point now) noexcept;
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  /// Sets or moves a deadline.
  void schedule(node& item, time_point deadline) noexcept;

  void drop(node& item) noexcept;

  /// Hands each expired node to `expired`, no longer scheduled; it may schedule and drop any node.
  template <typename Expired>
  void advance(time_point now, Expired expired);

  bool empty() const noexcept { return count_ == 0; }

  /// When `advance` has something to look at next. Requires: not empty.
  time_point next_due() const noexcept;

 private:
  std::size_t slot_of(time_point deadline) const noexcept;
  static void link_behind(node& head, node& item) noexcept;
  static void unlink(node& item) noexcept;

  // Each slot is a ring whose head is the slot itself.
  std::array<node, slots> wheel_;
  time_point start_;
  time_point turned_to_;  // every slot whose time ended by then has been looked at
  std::size_t count_ = 0;
};

template <typename Expired>
void timer_wheel::advance(time_point now, Expired expired) {
  // After a long sleep one turn is enough to see every slot.
  const auto missed = (now - turned_to_) / tick;
  if (missed > std::int64_t{slots})
    turned_to_ += tick * (missed - std::int64_t{slots});
  while (turned_to_ + tick <= now) {
    turned_to_ += tick;
    node& head = wheel_[slot_of(turned_to_)];
    // The ring is moved to a local head first: what `expired` schedules into this slot again is for
    // the next turn.
    node due;
    due.previous = due.next = &due;
    while (head.next != &head) {
      node& item = *head.next;
      unlink(item);
      link_behind(due, item);
    }
    while (due.next != &due) {
      node& item = *due.next;
      unlink(item);
      if (item.deadline <= turned_to_) {
        --count_;
        expired(item);
      } else {
        link_behind(head, item);
      }
    }
  }
}

}  // namespace broadcast_hub
