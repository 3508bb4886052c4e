#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"

#include <broadcast_hub/close_code.hpp>

#include <chrono>
#include <optional>

namespace broadcast_hub {

/// Whether a client comes back after a connection that ended so: the table of
/// docs/reference/close-codes.md. Whatever is not in it may have been said by something on the way.
constexpr bool comes_back_after(close_code code) noexcept {
  switch (static_cast<unsigned>(code)) {
    case 1000:  // normal
    case 1002:  // we broke RFC 6455
    case 1003:  // we sent what the server does not take
    case 1007:  // text that is not UTF-8
    case 1008:  // against a policy
    case 1009:  // a message is too large
    case 1010:  // an extension is missing
    case 3000:  // unauthorised
    case 3003:  // forbidden
      return false;
    default:
      return code < close_code{4500} || code > close_code{4999};
  }
}

/// When a client connects again: with full jitter, so that those who lost their connections
/// together do not come back together. The number of attempts in a row, which lengthens the waits,
/// begins anew only when a session has lasted: a server that greets, and then closes, is no better
/// than one that does not answer.
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

  /// A session has begun, or whatever there was has ended.
  /// @{
  void on_session(time_point now) noexcept { session_since_ = now; }
  void on_lost(time_point now) noexcept;
  /// @}

  /// The wait before the next attempt. One that a `bye` has asked for does not count as an attempt.
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
  std::optional<time_point> session_since_;
  std::optional<bounds> bye_;
};

}  // namespace broadcast_hub
