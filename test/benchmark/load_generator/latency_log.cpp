#include "load_generator/latency_log.hpp"

#include <algorithm>
#include <cmath>

namespace broadcast_hub::benchmark {

std::chrono::nanoseconds latency_log::quantile(double share) {
  std::sort(times_.begin(), times_.end());
  const double rank = std::ceil(share * static_cast<double>(times_.size()));
  const auto place = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  return times_[std::min(place, times_.size() - 1)];
}

}  // namespace broadcast_hub::benchmark
