#include "client/topic_state.hpp"

#include "topic/name.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {

topic_state::topic_state(std::string_view name, std::optional<topic_position> since,
                         std::size_t last, bool presence)
    : name_(name),
      pattern_(topic::is_valid_pattern(name)),
      presence_(presence),
      position_(std::move(since)),
      last_(last) {}

void topic_state::on_asked(std::uint64_t id) noexcept {
  asked_ = id;
  waiting_ = false;
  presence_asked_ = presence_;
}

void topic_state::on_waiting() noexcept {
  asked_ = 0;
  waiting_ = true;
}

void topic_state::on_lost() noexcept {
  asked_ = 0;
  waiting_ = false;
  standing_.reset();
  replayed_up_to_ = 0;
}

client_subscribed_event topic_state::on_subscribed(const protocol::subscribed_said& said) {
  const bool recovered = said.recovered.value_or(false);
  std::optional<topic_position> start = said.reached ? said.reached : position_;
  if (said.reached) {
    start->offset -= said.replayed;
    // What is sent again may begin with what has been seen.
    if (position_ && position_->epoch == start->epoch &&
        (recovered || position_->offset <= said.reached->offset))
      start->offset = std::max(start->offset, position_->offset);
  }
  std::string why;
  if (!recovered)
    why = said.recovered ? said.why : std::string(was_subscribed_ ? "pattern" : "first");
  client_subscribed_event event{name_, recovered, std::move(why), start, said.more, by_hub};
  // Nothing fails from here on.
  asked_ = 0;
  waiting_ = false;
  refusals = 0;
  was_subscribed_ = true;
  skips_ = said.skips;
  // Without stored ones, those up to the position may still come, and are new for patterns.
  if (said.reached && said.replayed != 0)
    replayed_up_to_ = said.reached->offset;
  position_ = std::move(start);
  return event;
}

client_subscribed_event topic_state::on_kept() {
  std::optional<topic_position> at = standing_->at;
  const char* const why = pattern_ ? (was_subscribed_ ? "pattern" : "first") : "refused";
  client_subscribed_event event{name_, false, why, at, false, true};
  asked_ = 0;
  waiting_ = false;
  refusals = 0;
  was_subscribed_ = true;
  by_hub = true;
  skips_ = standing_->skips;
  position_ = std::move(at);
  return event;
}

topic_state::verdict topic_state::on_publication(std::uint64_t offset) noexcept {
  if (standing_ && standing_->at)
    standing_->at->offset = std::max(standing_->at->offset, offset);
  if (asked_ != 0 || waiting_ || !position_ || offset <= position_->offset)
    return {step::ignore};
  const std::uint64_t skipped = offset - position_->offset - 1;
  if (skipped != 0 && !skips_)
    return {step::gap};
  position_->offset = offset;
  return {step::deliver, skipped};
}

bool topic_state::is_replayed(std::uint64_t offset) noexcept {
  const std::uint64_t last = replayed_up_to_;
  if (offset >= last)
    replayed_up_to_ = 0;
  return offset <= last;
}

}  // namespace broadcast_hub
