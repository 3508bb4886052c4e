#include "net/alarm.hpp"

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
    if (error || !ring)
      return;
    armed_.reset();
    (*ring)();
  });
  armed_ = moment;
}

}  // namespace broadcast_hub::net
