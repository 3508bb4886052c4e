#include "hub/lifecycle.hpp"

#include "base/text.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace broadcast_hub {

void lifecycle::run(const std::function<void()>& begin, const std::function<void()>& on_signal,
                    const std::function<void()>& on_second_signal) {
  bool asked = false;
  const auto on_any_signal = [&](int) {
    std::exchange(asked, true) ? on_second_signal() : on_signal();
  };
  const auto begin_with_signals = [&] {
    begin();
    signals_ =
        std::make_unique<net::termination_signals>(shards_.front()->events_loop(), on_any_signal);
  };
  launch(mode::running, "run()", begin_with_signals, 1);
  run_loop(*shards_.front());
  signals_.reset();
  join_threads();
  set_stopped();
}

void lifecycle::start(const std::function<void()>& begin) {
  launch(mode::started, "start()", begin, 0);
}

void lifecycle::launch(mode next, const char* method, const std::function<void()>& begin,
                       std::size_t first_threaded_shard) {
  bool entered = false;
  try {
    const lock_guard lock(mutex_);
    enter(next, method);
    entered = true;
    begin();
    start_threads(first_threaded_shard);
  } catch (...) {
    // Half a start is undone, so that the hub can be destroyed.
    if (entered)
      give_up(first_threaded_shard);
    throw;
  }
}

void lifecycle::give_up(std::size_t first_threaded_shard) {
  request_stop(clock::now());
  std::size_t end_of_threaded = 0;
  {
    const lock_guard lock(mutex_);
    end_of_threaded = first_threaded_shard + threads_.size();
  }
  // Loops without a thread end here; backwards, because the first one waits for the others.
  for (std::size_t i = shards_.size(); i-- > 0;) {
    if (i < first_threaded_shard || i >= end_of_threaded)
      run_loop(*shards_[i]);
  }
  join_threads();
  signals_.reset();
  set_stopped();
}

std::size_t lifecycle::poll(const std::function<void()>& begin) {
  if (on_own_thread())
    return 0;  // in a handler: the poll that runs it goes on afterwards
  if (shards_.size() != 1) {
    throw std::logic_error(join("poll() needs hub_options.shards to be 1, it is ", shards_.size(),
                                "; use run() or start()"));
  }
  {
    const lock_guard lock(mutex_);
    if (mode_ == mode::stopped)
      return 0;
    if (mode_ != mode::polled) {
      enter(mode::polled, "poll()");
      begin();
    }
  }
  const lock_guard lock(driver_);
  try {
    return shards_.front()->events_loop().poll();
  } catch (const std::exception& failure) {
    log_.log(log_level::error, "the event loop failed and goes on: ", failure.what());
    return 1;
  }
}

bool lifecycle::end_if_fresh() {
  const lock_guard lock(mutex_);
  stopping_.store(true, std::memory_order_release);
  if (mode_ != mode::fresh)
    return false;
  mode_ = mode::stopped;
  return true;
}

void lifecycle::stop(time_point deadline) {
  request_stop(deadline);
  if (on_own_thread())
    return;
  if (current() == mode::polled) {
    const lock_guard lock(driver_);
    if (current() != mode::stopped)
      run_loop(*shards_.front());
    return set_stopped();
  }
  if (current() == mode::started) {
    join_threads();
    return set_stopped();
  }
  wait_until_stopped();
}

void lifecycle::on_stopped(net::shard& stopped) {
  // The first one hears signals, so it runs until the others have stopped.
  net::shard& first = *shards_.front();
  if (&stopped != &first)
    stopped.events_loop().stop();
  if (stopped_shards_.fetch_add(1) + 1 == shards_.size())
    first.events_loop().stop();
}

bool lifecycle::is_fresh() const {
  return current() == mode::fresh;
}

bool lifecycle::on_own_thread() const noexcept {
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const auto& shard) { return shard->events_loop().on_this_thread(); });
}

void lifecycle::enter(mode next, const char* method) {
  if (mode_ != mode::fresh) {
    throw std::logic_error(join(method, " was called on a hub that ",
                                mode_ == mode::stopped ? "has stopped" : "runs already",
                                "; make a new hub"));
  }
  mode_ = next;
}

void lifecycle::start_threads(std::size_t first_shard) {
  for (std::size_t i = first_shard; i < shards_.size(); ++i) {
    try {
      threads_.emplace_back([this, i] { run_loop(*shards_[i]); });
    } catch (const std::system_error&) {
      throw std::system_error(errc::out_of_resources, "cannot start a thread");
    }
  }
}

void lifecycle::run_loop(net::shard& shard) noexcept {
  for (;;) {
    try {
      return shard.events_loop().run();
    } catch (const std::exception& failure) {
      log_.log(log_level::error, "the event loop failed and goes on: ", failure.what());
    }
  }
}

void lifecycle::request_stop(time_point deadline) noexcept {
  stopping_.store(true, std::memory_order_release);
  for (const auto& shard : shards_)
    shard->request_stop(deadline);
}

void lifecycle::join_threads() {
  std::vector<std::thread> threads;
  bool others_join = false;
  {
    const lock_guard lock(mutex_);
    others_join = std::exchange(joining_, true);
    threads.swap(threads_);
  }
  if (others_join)
    return wait_until_stopped();
  for (std::thread& thread : threads)
    thread.join();
}

void lifecycle::set_stopped() {
  stopping_.store(true, std::memory_order_release);
  {
    const lock_guard lock(mutex_);
    mode_ = mode::stopped;
  }
  changed_.notify_all();
}

void lifecycle::wait_until_stopped() {
  const lock_guard lock(mutex_);
  while (mode_ != mode::stopped)
    changed_.wait(mutex_);
}

lifecycle::mode lifecycle::current() const {
  const lock_guard lock(mutex_);
  return mode_;
}

}  // namespace broadcast_hub
