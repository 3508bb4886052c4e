#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "net/loop.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace broadcast_hub::net {

/// Calls a function on a loop's thread when a moment has come, or somewhat before it: to move a
/// moment further away costs nothing. What has arrived by then is read first, so that after a pause
/// of the program nobody is taken for silent who has spoken meanwhile.
///
/// Thread safety: none; it belongs to the loop's thread.
/// Lifetime: the loop outlives it.
class alarm {
 public:
  alarm(loop& on, std::function<void()> ring);
  alarm(const alarm&) = delete;
  alarm& operator=(const alarm&) = delete;

  /// Nothing: none.
  void set(std::optional<time_point> moment);

 private:
  void arm(time_point moment);
  void ring_behind(int rounds);

  steady_timer timer_;
  std::shared_ptr<std::function<void()>> ring_;  // what the loop's handlers know weakly
  std::optional<time_point> armed_;
};

}  // namespace broadcast_hub::net
