#pragma once

#include <cerrno>
#include <system_error>

namespace broadcast_hub::benchmark {

/// Passes a system call's result through; throws `std::system_error` when it failed.
inline int checked(int result, const char* call) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), call);
  }
  return result;
}

}  // namespace broadcast_hub::benchmark
