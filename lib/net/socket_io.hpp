#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

namespace broadcast_hub::net {

struct send_result {
  std::size_t sent = 0;
  bool complete = false;  ///< all of it went out
  bool failed = false;    ///< the connection is broken
};

/// One system call that sends without waiting and without SIGPIPE.
send_result send_some(int descriptor, std::span<const iovec> bytes) noexcept;

}  // namespace broadcast_hub::net
