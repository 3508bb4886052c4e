#include "client/pattern_reach.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {

bool pattern_reach::is_new(std::string_view topic, std::uint64_t offset) {
  const auto known = topics_.find(topic);
  if (known != topics_.end())
    return advance(known->second, offset);
  if (topics_.size() < max_topics)
    topics_.emplace(topic, place{0, offset});
  return true;
}

bool pattern_reach::advance(place& at, std::uint64_t offset) noexcept {
  if (offset <= at.reached)
    return false;
  if (offset == at.ahead) {
    at = {offset, 0};
    return false;
  }
  if (offset < at.ahead)
    at.reached = offset;
  else if (offset == std::max(at.reached, at.ahead) + 1)
    at = {offset, 0};
  else
    at.ahead = offset;
  return true;
}

}  // namespace broadcast_hub
