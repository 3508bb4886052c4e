#pragma once

#include <broadcast_hub/hub.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace broadcast_hub::stress {

/// A hub that is stopped and replaced by a new one on the same port.
///
/// Thread safety: `use` and `wait_for_life_after` from any thread, the rest from one.
class restartable_server {
 public:
  restartable_server(hub_options options, listen_options listening);
  ~restartable_server();
  restartable_server(const restartable_server&) = delete;
  restartable_server& operator=(const restartable_server&) = delete;

  std::uint16_t port() const noexcept { return static_cast<std::uint16_t>(listening_.port); }

  /// Hubs that there have been, this one included.
  std::uint64_t life() const noexcept { return life_; }

  /// Calls `work` with the hub and its life. The hub may have been stopped.
  template <typename Work>
  auto use(Work work) {
    const std::shared_lock lock(hub_mutex_);
    return work(*hub_, life_.load());
  }

  /// Returns when there is a hub behind that one, or `give_up` has been called.
  void wait_for_life_after(std::uint64_t life);
  void give_up();

  /// Has another thread stop the hub.
  void begin_stop(std::chrono::milliseconds deadline);

  bool is_stopping() const noexcept { return stop_.valid(); }

  /// Whether the hub has stopped; when it has, `finish_stop` does not block.
  bool has_stopped() const;

  /// Returns the last figures of the hub that has stopped.
  hub_stats finish_stop();

  /// Begins the next life.
  void restart();

 private:
  void begin_life();

  const hub_options options_;
  listen_options listening_;
  std::shared_mutex hub_mutex_;  // held by all who use the hub, alone by who replaces it
  std::unique_ptr<hub> hub_;
  std::future<void> stop_;
  std::atomic<std::uint64_t> life_{0};
  std::mutex waiting_mutex_;
  std::condition_variable changed_;
  bool given_up_ = false;  // guarded by waiting_mutex_
};

}  // namespace broadcast_hub::stress
