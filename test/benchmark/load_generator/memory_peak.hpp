#pragma once

#include "load_generator/resident_memory.hpp"

#include <sys/types.h>

#include <algorithm>
#include <cstddef>

namespace broadcast_hub::benchmark {

/// How much a process has grown at most (RSS), in bytes.
class memory_peak {
 public:
  explicit memory_peak(pid_t process)
      : process_(process), before_(approximate_resident_memory(process)) {}

  void look() {
    const std::size_t now = approximate_resident_memory(process_);
    grown_ = std::max(grown_, now > before_ ? now - before_ : 0);
  }

  std::size_t grown() const noexcept { return grown_; }

 private:
  pid_t process_;
  std::size_t before_;
  std::size_t grown_ = 0;
};

}  // namespace broadcast_hub::benchmark
