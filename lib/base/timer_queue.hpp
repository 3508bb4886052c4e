#pragma once

#include "base/clock.hpp"

#include <broadcast_hub/timer.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace broadcast_hub {

/// The application's timers: few, exact, each with a function.
///
/// Thread safety: none; it belongs to shard 0.
class timer_queue {
 public:
  using failure = std::function<void()>;

  /// `period` of zero: once.
  void add(std::shared_ptr<timer::state> timer, time_point due, duration period,
           std::function<void()> work);

  /// Calls everything due at `now`. What throws is handed to `failed`, inside the handler of the
  /// exception, and stays in the queue.
  void advance(time_point now, const failure& failed);

  std::optional<time_point> next_due() const;

  /// Requires: not inside a call of `advance`.
  void clear() { entries_.clear(); }

 private:
  struct entry {
    std::shared_ptr<timer::state> handle;
    duration period;
    std::function<void()> work;
  };
  std::multimap<time_point, entry> entries_;
};

}  // namespace broadcast_hub
