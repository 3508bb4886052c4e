#include "granted_publishers.hpp"

#include "numbered_payload.hpp"

#include <stdexcept>
#include <system_error>

namespace broadcast_hub::stress {
namespace {

constexpr std::uint64_t most_lives = 8;

}  // namespace

granted_publishers::granted_publishers(restartable_server& to, std::uint64_t topics,
                                       std::uint32_t seed)
    : to_(to), topics_(topics), counts_((most_lives + 1) * topics), pairs_(most_lives + 1) {
  for (std::size_t i = 0; i < publishers_per_topic; ++i) {
    publisher& made = publishers_.emplace_back();
    made.random.seed(seed + i);
  }
  for (std::size_t i = 0; i < publishers_per_topic; ++i)
    threads_.emplace_back([this, i] { publish_as_granted(i); });
}

granted_publishers::~granted_publishers() {
  to_.give_up();
  join();
}

void granted_publishers::grant(std::size_t publications) {
  {
    const std::lock_guard lock(mutex_);
    grants_ += publications;
  }
  granted_.notify_all();
}

void granted_publishers::join() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  granted_.notify_all();
  for (std::thread& each : threads_)
    each.join();
  threads_.clear();
}

void granted_publishers::publish_on_each(std::size_t publications) {
  for (std::size_t i = 0; i < publications; ++i) {
    for (std::uint64_t topic = 0; topic < topics_; ++topic)
      publish(i % publishers_.size(), topic);
  }
}

bool granted_publishers::take_grant() {
  std::unique_lock lock(mutex_);
  granted_.wait(lock, [&] { return grants_ > 0 || ended_; });
  if (ended_)
    return false;
  --grants_;
  return true;
}

void granted_publishers::publish_as_granted(std::size_t index) {
  while (take_grant())
    publish(index, publishers_[index].random() % topics_);
}

void granted_publishers::publish(std::size_t index, std::uint64_t topic) {
  publisher& self = publishers_[index];
  std::uint64_t stopped_life = 0;
  to_.use([&](hub& hub, std::uint64_t life) {
    if (life > most_lives)
      throw std::logic_error("too many lives");
    if (self.life != life) {
      self.life = life;
      self.numbers.assign(topics_, 0);
    }
    const std::uint64_t number = self.numbers[topic] + 1;
    const publish_result result =
        hub.publish(topic_name(topic), write_payload({life, topic, index, number}));
    if (result) {
      self.numbers[topic] = number;
      counts_[life * topics_ + topic].fetch_add(1, std::memory_order_relaxed);
      pairs_[life].fetch_add(result.subscribers, std::memory_order_relaxed);
      published_.fetch_add(1, std::memory_order_relaxed);
    } else if (result.error == errc::hub_stopped) {
      stopped_life = life;
    } else if (result.error != errc::overloaded) {
      throw std::system_error(result.error, "publish");
    }
  });
  if (stopped_life != 0)
    to_.wait_for_life_after(stopped_life);
}

}  // namespace broadcast_hub::stress
