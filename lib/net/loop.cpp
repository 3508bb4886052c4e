#include "net/loop.hpp"

namespace broadcast_hub::net {
namespace {

/// Sets a pointer for the length of a block; a loop may be polled inside another's handler.
class scoped_current {
 public:
  scoped_current(const loop*& place, const loop* value)
      : place_(place), previous_(std::exchange(place, value)) {}
  ~scoped_current() { place_ = previous_; }
  scoped_current(const scoped_current&) = delete;
  scoped_current& operator=(const scoped_current&) = delete;

 private:
  const loop*& place_;
  const loop* previous_;
};

}  // namespace

thread_local const loop* loop::current_ = nullptr;

void loop::run() {
  const scoped_current scope(current_, this);
  context_.run();
}

std::size_t loop::poll() {
  const scoped_current scope(current_, this);
  constexpr std::size_t most = 1024;
  std::size_t count = 0;
  while (count < most && context_.poll_one() != 0)
    ++count;
  return count;
}

}  // namespace broadcast_hub::net
