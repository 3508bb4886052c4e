#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/mutex.hpp"
#include "net/shard.hpp"
#include "net/signals.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace broadcast_hub {

/// When the loops of a hub run, on which threads, and how they end.
///
/// Fresh -> one of run, start and poll -> stopping -> stopped; there is no way back.
/// Thread safety: all methods may be called from any thread.
class lifecycle {
 public:
  using shard_list = std::vector<std::unique_ptr<net::shard>>;

  lifecycle(shard_list& shards, const logger& log) : shards_(shards), log_(log) {}

  /// @name What `hub` has under the same names
  /// `begin` is called once, before the first loop runs, and must not call back.
  /// @{
  void run(const std::function<void()>& begin, const std::function<void()>& on_signal,
           const std::function<void()>& on_second_signal);
  void start(const std::function<void()>& begin);
  std::size_t poll(const std::function<void()>& begin);

  void stop(time_point deadline);
  /// @}

  /// The first step of a stop. Returns true for a hub that was never started: it has stopped now.
  bool end_if_fresh();

  bool is_fresh() const;

  /// A stop was asked for: nothing new is accepted from the application.
  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  /// A shard has stopped; its loop ends.
  void on_stopped(net::shard& stopped);

  /// Whether the caller is on the thread of one of the shards.
  bool on_own_thread() const noexcept;

 private:
  enum class mode { fresh, running, started, polled, stopped };

  void launch(mode next, const char* method, const std::function<void()>& begin,
              std::size_t first_threaded_shard);
  void give_up(std::size_t first_threaded_shard);
  void enter(mode next, const char* method) BROADCAST_HUB_REQUIRES(mutex_);
  void start_threads(std::size_t first_shard) BROADCAST_HUB_REQUIRES(mutex_);
  void run_loop(net::shard& shard) noexcept;
  void request_stop(time_point deadline) noexcept;
  void join_threads();
  void set_stopped();
  void wait_until_stopped();
  mode current() const;

  shard_list& shards_;
  const logger& log_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> stopped_shards_{0};

  mutable mutex mutex_;
  std::condition_variable_any changed_;
  mode mode_ BROADCAST_HUB_GUARDED_BY(mutex_) = mode::fresh;
  std::vector<std::thread> threads_ BROADCAST_HUB_GUARDED_BY(mutex_);
  bool joining_ BROADCAST_HUB_GUARDED_BY(mutex_) = false;

  std::unique_ptr<net::termination_signals> signals_;  // while `run` runs, on its thread

  mutex driver_;  // held by whoever runs the loop of a polled hub
};

}  // namespace broadcast_hub
