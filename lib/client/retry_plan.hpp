#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"

#include <broadcast_hub/close_code.hpp>

#include <chrono>
#include <optional>

namespace broadcast_hub {

/// Whether a client comes back after a connection that ended so.
constexpr bool comes_back_after(close_code code) noexcept {
  const auto number = static_cast<unsigned>(code);
  return number == 1001 || number == 1006 || (number >= 1011 && number <= 1013) ||
         (number >= 4000 && number <= 4499);
}

/// When a client connects again: with full jitter, so that those who lost their connections
/// together do not come back together.
class retry_plan {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// Before attempt n, counted from 0: from 0 to min(`most`, `least` * 2^n). A server's hello
  /// replaces what the options say.
  void set_bounds(milliseconds least, milliseconds most) noexcept {
    least_ = least;
    most_ = most;
  }

  /// The server goes, and asks that the next wait is within these bounds.
  void on_bye(milliseconds earliest, milliseconds latest) noexcept { bye_ = {earliest, latest}; }

  /// A session has begun.
  void on_session() noexcept { attempt_ = 0; }

  /// The wait before the next attempt.
  milliseconds next(const random_source& random);

  /// The same for whatever else is tried again; it counts attempts itself.
  milliseconds wait(unsigned attempt, const random_source& random) const;

 private:
  struct bounds {
    milliseconds earliest;
    milliseconds latest;
  };

  milliseconds least_{500};
  milliseconds most_{20'000};
  unsigned attempt_ = 0;
  std::optional<bounds> bye_;
};

}  // namespace broadcast_hub
