#pragma once

#include <broadcast_hub/export.hpp>

#include <memory>

namespace broadcast_hub {

/// Cancels what `hub::every` or `hub::after` set up. Letting go of it cancels nothing.
///
/// Thread safety: all methods may be called from any thread; outliving the hub is harmless.
class BROADCAST_HUB_EXPORT timer {
 public:
  class state;

  timer() noexcept = default;
  explicit timer(std::shared_ptr<state> state) noexcept;

  /// The function is not started again. On the thread of shard 0 (in any handler of a hub with one
  /// shard) that is certain; elsewhere one call may be just beginning.
  void cancel() const noexcept;

 private:
  std::shared_ptr<state> state_;
};

}  // namespace broadcast_hub
