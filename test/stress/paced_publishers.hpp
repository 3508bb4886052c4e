#pragma once

#include <broadcast_hub/hub.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace broadcast_hub::stress {

/// Counts the calls of `hub::on_drain`, and lets threads wait for the next one.
class drain_count {
 public:
  std::uint64_t value() const noexcept { return value_; }
  void add();

  /// Returns when it is no longer `seen`, or after `give_up`.
  void wait_while(std::uint64_t seen);

  /// From now on nobody waits.
  void give_up();
  bool given_up() const noexcept { return given_up_; }

 private:
  std::mutex mutex_;  // held where the members change, so that who waits does not miss it
  std::condition_variable changed_;
  std::atomic<std::uint64_t> value_{0};
  std::atomic<bool> given_up_{false};
};

/// Threads that publish numbered payloads on one topic, each as fast as subscribers read: when a
/// result says that somebody is half of what is allowed behind, it waits for `hub::on_drain`.
class paced_publishers {
 public:
  struct plan {
    std::string topic;
    std::size_t threads;
    std::uint32_t publications;  ///< of each thread
    std::uint64_t pause_at;      ///< bytes of lag
  };

  /// Begins. `to` and `drains` outlive it.
  paced_publishers(hub& to, drain_count& drains, plan what);

  /// Ends the threads before they are done if need be.
  ~paced_publishers();
  paced_publishers(const paced_publishers&) = delete;
  paced_publishers& operator=(const paced_publishers&) = delete;

  /// Returns when everything is published.
  void join();

  /// How often somebody waited.
  std::uint64_t pauses() const noexcept { return pauses_; }

  /// Pairs of a publication and a subscriber, by the results of `hub::publish`.
  std::uint64_t pairs() const noexcept { return pairs_; }

 private:
  void publish_all(std::uint32_t thread);
  bool publish(std::string_view payload);

  hub& to_;
  drain_count& drains_;
  const plan plan_;
  std::atomic<std::uint64_t> pauses_{0};
  std::atomic<std::uint64_t> pairs_{0};
  std::vector<std::thread> threads_;
};

}  // namespace broadcast_hub::stress
