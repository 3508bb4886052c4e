#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace broadcast_hub::benchmark {

/// Times that deliveries took, each one kept.
class latency_log {
 public:
  void add(std::chrono::nanoseconds time) { times_.push_back(time); }

  bool empty() const noexcept { return times_.empty(); }

  /// The time within which this share of the deliveries, 0 to 1, was made; nearest rank. Sorts.
  /// Requires: not empty.
  std::chrono::nanoseconds quantile(double share);

 private:
  std::vector<std::chrono::nanoseconds> times_;
};

}  // namespace broadcast_hub::benchmark
