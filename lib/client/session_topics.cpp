// What a session does about topics.

#include "base/text.hpp"
#include "client/session.hpp"
#include "protocol/command_frame.hpp"
#include "protocol/error_code.hpp"
#include "topic/name.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {
namespace {

/// Of the names in one `sub`, and how many: what a server takes with a small limit for messages,
/// too.
constexpr std::size_t most_name_bytes = std::size_t{16} * 1024;
constexpr std::size_t most_topics = 500;

}  // namespace

/// Whether it may go better later.
bool client_session::passes(std::uint64_t code) noexcept {
  using protocol::error_code;
  return code == static_cast<std::uint64_t>(error_code::internal) ||
         code == static_cast<std::uint64_t>(error_code::already_subscribed) ||
         code == static_cast<std::uint64_t>(error_code::too_many_requests) ||
         code == static_cast<std::uint64_t>(error_code::backplane_unavailable);
}

void client_session::resume() {
  std::vector<subscription_map::value_type*> those;
  for (auto& one : subscriptions_)
    those.push_back(&one);
  ask(those);
  for (const auto& [id, waiting] : publications_)
    output_.send(waiting.frame);
}

void client_session::ask(const std::vector<subscription_map::value_type*>& those) {
  std::vector<protocol::subscribe_entry> entries;
  std::size_t bytes = 0;
  std::uint64_t id = 0;
  const auto flush = [&] {
    if (!entries.empty())
      output_.send(protocol::write_subscribe(id, entries));
    entries.clear();
    bytes = 0;
  };
  for (subscription_map::value_type* one : those) {
    if (entries.size() == most_topics || bytes + one->first.size() > most_name_bytes)
      flush();
    if (entries.empty())
      id = ++last_id_;
    topic_state& topic = one->second.topic;
    entries.push_back({one->first, topic.position(), topic.last()});
    bytes += one->first.size();
    topic.on_asked(id);
  }
  flush();
}

void client_session::ask_later(subscription_map::value_type& one, std::chrono::milliseconds after,
                               time_point now) {
  one.second.topic.on_lost();
  const auto wait = after + retries_.wait(one.second.topic.refusals++, random_);
  asked_later_.emplace(now + wait, one.first);
}

void client_session::handle(const protocol::subscribed_said& said, time_point /*now*/) {
  const auto found = subscriptions_.find(said.topic);
  // Else it is the answer to an older question, or nobody asked.
  if (found != subscriptions_.end() && said.id != 0 && found->second.topic.asked() == said.id)
    output_.on_subscribed(found->second.topic.on_subscribed(said));
}

void client_session::refuse(subscription_map::value_type& one, const protocol::failure_said& said,
                            time_point now) {
  if (said.code == static_cast<std::uint64_t>(protocol::error_code::already_subscribed))
    output_.send(protocol::write_unsubscribe(0, {one.first}));
  if (passes(said.code)) {
    ask_later(one, said.retry_after, now);
    return;
  }
  const client_unsubscribed_event event{one.first, static_cast<unsigned>(said.code), said.reason};
  forget(event.topic);
  output_.on_unsubscribed(event);
}

void client_session::handle(const protocol::unsubscribed_said& said, time_point now) {
  const auto found = subscriptions_.find(said.topic);
  if (found == subscriptions_.end())
    return;
  if (said.code >= 2500 && said.code <= 2599) {
    ask_later(*found, {}, now);
    return;
  }
  forget(said.topic);
  output_.on_unsubscribed({said.topic, static_cast<unsigned>(said.code), said.reason});
}

void client_session::handle(const protocol::publication_said& said, time_point /*now*/) {
  const client_publication what{said.topic, said.offset, said.data.bytes, said.data.kind};
  bool for_all = false;
  const auto deliver = [&](const subscription& to) {
    if (to.own)
      output_.on_publication(what, &to.own);
    else if (!std::exchange(for_all, true))
      output_.on_publication(what, nullptr);
  };
  const auto named = subscriptions_.find(said.topic);
  bool new_for_patterns = true;
  if (named != subscriptions_.end()) {
    new_for_patterns = named->second.topic.is_new_for_patterns(said.offset);
    switch (named->second.topic.on_publication(said.offset)) {
      case topic_state::verdict::deliver:
        deliver(named->second);
        break;
      case topic_state::verdict::gap:
        ask_one(*named);
        break;
      case topic_state::verdict::ignore:
        break;
    }
  }
  if (!new_for_patterns)
    return;
  for (const std::string& pattern : patterns_) {
    if (topic::matches(pattern, said.topic))
      deliver(subscriptions_.find(pattern)->second);
  }
}

void client_session::subscribe(const std::string& topic, const std::optional<topic_position>& since,
                               std::size_t last, client_publication_handler own) {
  if (state_ == client_state::closed)
    return;
  const auto found = subscriptions_.find(topic);
  if (found != subscriptions_.end()) {
    found->second.own = std::move(own);
    return;
  }
  const auto made = subscriptions_.try_emplace(topic, topic, since, last, std::move(own)).first;
  if (made->second.topic.is_pattern())
    patterns_.push_back(topic);
  if (state_ == client_state::open)
    ask_one(*made);
}

void client_session::unsubscribe(const std::string& topic) {
  if (forget(topic) && state_ == client_state::open)
    output_.send(protocol::write_unsubscribe(0, {topic}));
}

bool client_session::forget(const std::string& topic) {
  std::erase(patterns_, topic);
  return subscriptions_.erase(topic) != 0;
}

}  // namespace broadcast_hub
