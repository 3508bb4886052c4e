#include "base/option_range.hpp"

#include "base/text.hpp"

#include <stdexcept>

namespace broadcast_hub {

void require_range(std::string_view option, std::uint64_t value, std::uint64_t least,
                   std::uint64_t most) {
  if (value >= least && value <= most)
    return;
  throw std::invalid_argument(
      join(option, " is ", value, "; it must be from ", least, " to ", most));
}

void require_range(std::string_view option, std::chrono::milliseconds value,
                   std::chrono::milliseconds least, std::chrono::milliseconds most) {
  if (value >= least && value <= most)
    return;
  throw std::invalid_argument(join(option, " is ", value.count(), " ms; it must be from ",
                                   least.count(), " ms to ", most.count(), " ms"));
}

}  // namespace broadcast_hub
