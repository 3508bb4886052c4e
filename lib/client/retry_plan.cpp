#include "client/retry_plan.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {

void retry_plan::on_lost(time_point now) noexcept {
  constexpr milliseconds long_enough{10'000};
  const auto since = std::exchange(session_since_, std::nullopt);
  if (since && now - *since >= std::min(long_enough, most_))
    attempt_ = 0;
}

retry_plan::milliseconds retry_plan::next(const random_source& random) {
  const auto bye = std::exchange(bye_, std::nullopt);
  if (!bye)
    return wait(attempt_++, random);
  const auto spread = static_cast<std::uint64_t>((bye->latest - bye->earliest).count());
  return bye->earliest + milliseconds(random_up_to(spread, random));
}

retry_plan::milliseconds retry_plan::wait(unsigned attempt, const random_source& random) const {
  // Times are a day at most (2^27 ms), so nothing overflows.
  constexpr unsigned most_doublings = 27;
  const auto doubled = least_.count() * (std::int64_t{1} << std::min(attempt, most_doublings));
  const auto longest = std::min<std::int64_t>(most_.count(), doubled);
  return milliseconds(random_up_to(static_cast<std::uint64_t>(longest), random));
}

}  // namespace broadcast_hub
