#include "net/alarm.hpp"

#include <new>
#include <utility>

namespace broadcast_hub::net {

alarm::alarm(loop& on, std::function<void()> ring)
    : timer_(on.context()), ring_(std::make_shared<std::function<void()>>(std::move(ring))) {}

void alarm::set(std::optional<time_point> moment) {
  if (!moment) {
    armed_.reset();
    timer_.cancel();
  } else if (!armed_ || *moment < *armed_) {
    arm(*moment);
  }
}

void alarm::arm(time_point moment) {
  armed_.reset();  // when there is no memory for the next one, there is none
  timer_.expires_at(moment);
  timer_.async_wait([this, known = std::weak_ptr(ring_)](const std::error_code& error) {
    const auto ring = known.lock();
    if (!error && ring)
      ring_behind(2);
  });
  armed_ = moment;
}

// Twice round the loop: what it finds ready on the way to the first is behind the first.
void alarm::ring_behind(int rounds) {
  if (rounds == 0 || !armed_) {
    if (std::exchange(armed_, std::nullopt))
      (*ring_)();
    return;
  }
  const auto next = [this, known = std::weak_ptr(ring_), rounds] {
    if (const auto ring = known.lock())
      ring_behind(rounds - 1);
  };
  try {
    asio::post(timer_.get_executor(), next);
  } catch (const std::bad_alloc&) {
    ring_behind(0);
  }
}

}  // namespace broadcast_hub::net
