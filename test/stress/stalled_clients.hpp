#pragma once

#include "support/descriptor.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace broadcast_hub::stress {

/// Clients that connect and then never read, in a process of their own, so that this one's memory
/// is that of the hub alone. The process ends with this object, and with this process.
class stalled_clients {
 public:
  /// Begins the process. Requires that this one has no threads yet.
  explicit stalled_clients(std::size_t count);
  ~stalled_clients();
  stalled_clients(const stalled_clients&) = delete;
  stalled_clients& operator=(const stalled_clients&) = delete;

  /// Returns when all of them have been let in.
  ///
  /// Errors: throws `std::runtime_error` when one has not.
  void connect(std::uint16_t port);

 private:
  pid_t process_;
  benchmark::descriptor line_;
};

}  // namespace broadcast_hub::stress
