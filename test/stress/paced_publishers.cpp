#include "paced_publishers.hpp"

#include "order_payload.hpp"

#include <utility>

namespace broadcast_hub::stress {

void drain_count::add() {
  {
    const std::lock_guard lock(mutex_);
    ++value_;
  }
  changed_.notify_all();
}

void drain_count::wait_while(std::uint64_t seen) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return value_ != seen || given_up_; });
}

void drain_count::give_up() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  changed_.notify_all();
}

paced_publishers::paced_publishers(hub& to, drain_count& drains, plan what)
    : to_(to), drains_(drains), plan_(std::move(what)) {
  for (std::uint32_t thread = 0; thread < plan_.threads; ++thread)
    threads_.emplace_back([this, thread] { publish_all(thread); });
}

paced_publishers::~paced_publishers() {
  drains_.give_up();
  join();
}

void paced_publishers::join() {
  for (std::thread& each : threads_)
    each.join();
  threads_.clear();
}

void paced_publishers::publish_all(std::uint32_t thread) {
  for (std::uint32_t sequence = 0; sequence < plan_.publications && !drains_.given_up();
       ++sequence) {
    const order_payload payload({thread, sequence});
    while (!publish(payload.bytes())) {
      if (drains_.given_up())
        return;
    }
  }
}

bool paced_publishers::publish(std::string_view payload) {
  // Looked at before the call: a drain that comes while it returns must not be missed.
  const std::uint64_t seen = drains_.value();
  const publish_result result = to_.publish(plan_.topic, payload, message_kind::binary);
  if (result.error == errc::overloaded || result.lag_bytes >= plan_.pause_at) {
    ++pauses_;
    drains_.wait_while(seen);
  }
  pairs_ += result.subscribers;
  return !result.error;
}

}  // namespace broadcast_hub::stress
