#include "net/loop.hpp"

namespace broadcast_hub::net {

/// That a loop runs on this thread, for the length of a block; it may be polled inside another's
/// handler.
class loop::scope {
 public:
  explicit scope(const loop& running) noexcept
      : running_(running), outer_(std::exchange(innermost_, this)) {}
  ~scope() { innermost_ = outer_; }
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;

  static bool holds(const loop& one) noexcept {
    const scope* at = innermost_;
    while (at != nullptr && &at->running_ != &one)
      at = at->outer_;
    return at != nullptr;
  }

 private:
  static thread_local const scope* innermost_;

  const loop& running_;
  const scope* outer_;
};

thread_local const loop::scope* loop::scope::innermost_ = nullptr;

bool loop::on_this_thread() const noexcept {
  return scope::holds(*this);
}

void loop::run() {
  const scope here(*this);
  context_.run();
}

void loop::run_inline(const std::function<void()>& work) const {
  const scope here(*this);
  work();
}

std::size_t loop::poll() {
  const scope here(*this);
  constexpr std::size_t most = 1024;
  std::size_t count = 0;
  while (count < most && context_.poll_one() != 0)
    ++count;
  return count;
}

}  // namespace broadcast_hub::net
