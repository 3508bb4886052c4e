#include "client/topic_state.hpp"

#include "topic/name.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {

topic_state::topic_state(std::string_view name, std::optional<topic_position> since,
                         std::size_t last)
    : name_(name),
      pattern_(topic::is_valid_pattern(name)),
      position_(std::move(since)),
      last_(last) {}

void topic_state::on_asked(std::uint64_t id) noexcept {
  asked_ = id;
  seen_by_patterns_ = 0;
}

client_subscribed_event topic_state::on_subscribed(const protocol::subscribed_said& said) {
  asked_ = 0;
  refusals = 0;
  const bool first = !std::exchange(was_subscribed_, true);
  latest_ = said.latest;
  const bool recovered = said.recovered.value_or(false);
  if (said.reached) {
    topic_position start = *said.reached;
    seen_by_patterns_ = start.offset;
    start.offset -= said.replayed;
    // What is sent again may begin with what has been seen.
    if (recovered && position_ && position_->epoch == start.epoch)
      start.offset = std::max(start.offset, position_->offset);
    position_ = std::move(start);
  }
  std::string why;
  if (!recovered)
    why = said.recovered ? said.why : std::string(first ? "first" : "pattern");
  return {name_, recovered, std::move(why), position_};
}

topic_state::verdict topic_state::on_publication(std::uint64_t offset) noexcept {
  if (asked_ != 0 || !position_ || offset <= position_->offset)
    return verdict::ignore;
  if (offset > position_->offset + 1 && !latest_)
    return verdict::gap;
  position_->offset = offset;
  return verdict::deliver;
}

bool topic_state::is_new_for_patterns(std::uint64_t offset) noexcept {
  if (offset <= seen_by_patterns_)
    return false;
  seen_by_patterns_ = offset;
  return true;
}

}  // namespace broadcast_hub
