#pragma once

#include "net/asio.hpp"

#include <cstddef>
#include <functional>
#include <utility>

namespace broadcast_hub::net {

/// The event loop of one shard.
///
/// Thread safety: `post`, `stop` and `on_this_thread` may be called from any thread.
class loop {
 public:
  loop() : context_(1), work_(context_.get_executor()) {}
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Has `work` run on the loop's thread, behind what is ready already.
  template <typename Work>
  void post(Work work) {
    asio::post(context_, std::move(work));
  }

  /// Runs until `stop`. What a handler throws comes out; call it again to go on.
  void run();

  /// Runs what is ready, but not for ever: handlers may make more ready.
  std::size_t poll();

  /// Does `work` at once, as if a handler of the loop did it. Not beside `run` and `poll`.
  void run_inline(const std::function<void()>& work) const;

  void stop() { context_.stop(); }

  /// Behind a `stop`: lets `run` and `poll` work again. Not beside them.
  void restart() { context_.restart(); }

  /// Whether the caller is inside one of these, possibly with another loop in between.
  bool on_this_thread() const noexcept;

  asio::io_context& context() noexcept { return context_; }

 private:
  class scope;

  asio::io_context context_;
  asio::executor_work_guard<executor> work_;
};

}  // namespace broadcast_hub::net
