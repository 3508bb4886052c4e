// What a session does about topics.

#include "base/text.hpp"
#include "client/session.hpp"
#include "protocol/command_frame.hpp"
#include "protocol/error_code.hpp"
#include "topic/name.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace broadcast_hub {
namespace {

/// In one `sub`: what a server takes with a small limit for messages, too.
constexpr std::size_t topics_at_once = 20;
constexpr std::uint64_t bytes_at_once = 4096;

constexpr std::size_t bytes_around_topics = 48;
constexpr std::size_t bytes_beside_a_name = 96;  // its position and what it wants

/// Subscriptions that a client has when its hub may make no more for it: what a hub allows one
/// connection at most.
constexpr std::size_t most_subscriptions = 100'000;
constexpr std::size_t most_declined = 1000;

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
  send_commands();
}

void client_session::ask(const std::vector<subscription_map::value_type*>& those) {
  std::vector<protocol::subscribe_entry> entries;
  std::size_t bytes = bytes_around_topics;
  std::uint64_t id = 0;
  const auto flush = [&] {
    if (!entries.empty())
      output_.send(protocol::write_subscribe(id, entries));
    entries.clear();
    bytes = bytes_around_topics;
  };
  const std::uint64_t most =
      max_message_bytes_ == 0 ? bytes_at_once : std::min(bytes_at_once, max_message_bytes_);
  for (subscription_map::value_type* one : those) {
    const std::size_t cost = one->first.size() + bytes_beside_a_name;
    if (entries.size() == topics_at_once || bytes + cost > most)
      flush();
    if (entries.empty())
      id = ++last_id_;
    topic_state& topic = one->second.topic;
    entries.push_back({one->first, topic.position(), topic.last(), topic.presence()});
    bytes += cost;
    topic.on_asked(id);
  }
  flush();
}

void client_session::ask_later(subscription_map::value_type& one, std::chrono::milliseconds after,
                               time_point now) {
  const auto wait = after + retries_.wait(one.second.topic.refusals++, random_);
  asked_later_.emplace(now + wait, one.first);
  one.second.topic.on_waiting();
}

void client_session::handle(const protocol::subscribed_said& said, time_point /*now*/) {
  if (said.id == 0) {
    on_made_by_hub(said);
    return;
  }
  const auto found = subscriptions_.find(said.topic);
  if (found == subscriptions_.end() || found->second.topic.asked() != said.id)
    return;  // it is the answer to an older question
  topic_state& topic = found->second.topic;
  output_.on_subscribed(topic.on_subscribed(said));
  if (topic.presence_differs())  // another wish came while the answer was on its way
    ask_one(*found);
}

/// The application of the hub has subscribed this client. From now on that is like a subscription
/// of its own: it is asked for again after a reconnect.
void client_session::on_made_by_hub(const protocol::subscribed_said& said) {
  if (is_leaving(said.topic))
    return;  // the `unsub` that is on its way ends this one, too
  auto found = subscriptions_.find(said.topic);
  if (found == subscriptions_.end()) {
    const bool pattern = topic::is_valid_pattern(said.topic);
    const bool right = pattern ? !said.reached : topic::is_valid_name(said.topic) && said.reached;
    if (!right) {
      log_.log(log_level::warn, "the server subscribes to no topic: ", escaped{said.topic});
      return;
    }
    if (subscriptions_.size() >= most_subscriptions) {
      // To remember what a server never answers would take memory without a bound.
      if (leaving_topics_.size() >= most_declined)
        throw std::length_error("the server makes more and more subscriptions");
      log_.log(log_level::warn, "the server made too many subscriptions: ", escaped{said.topic});
      tell_unsubscribed(said.topic);
      return;
    }
    add(said.topic, {}).second.topic.by_hub = true;
    found = subscriptions_.find(said.topic);
  }
  topic_state& topic = found->second.topic;
  topic.on_made_by_hub(said);
  if (topic.asked() != 0 || topic.waiting())
    return;  // the answer says more
  if (topic.position())
    ask_one(*found);  // what was missed comes behind the answer
  else
    output_.on_subscribed(topic.on_subscribed(said));
}

void client_session::refuse(subscription_map::value_type& one, const protocol::failure_said& said,
                            time_point now) {
  using protocol::error_code;
  topic_state& topic = one.second.topic;
  if (topic.may_do_without_presence() && topic.position() && !passes(said.code)) {
    // What is refused may be presence alone, and the subscription is where it was.
    topic.want_presence(false);
    output_.on_error({one.first, static_cast<unsigned>(said.code), said.reason});
    ask_one(one);
    return;
  }
  const bool already = said.code == static_cast<std::uint64_t>(error_code::already_subscribed);
  // What the application of the hub has made stands, whatever becomes of our own question.
  if (topic.stands() && (already ? topic.is_pattern() : !passes(said.code))) {
    output_.on_subscribed(topic.on_kept());
    return;
  }
  if (already) {
    tell_unsubscribed(one.first);
    topic.on_lost();
  }
  if (passes(said.code)) {
    ask_later(one, said.retry_after, now);
    return;
  }
  const client_unsubscribed_event event{one.first, static_cast<unsigned>(said.code), said.reason};
  if (topic.position())
    tell_unsubscribed(one.first);  // it asked to be moved, and is where it was
  forget(event.topic);
  output_.on_unsubscribed(event);
}

void client_session::handle(const protocol::unsubscribed_said& said, time_point now) {
  const auto found = subscriptions_.find(said.topic);
  if (found == subscriptions_.end() || is_leaving(said.topic))
    return;
  if (said.code >= 2500 && said.code <= 2599) {
    found->second.topic.on_lost();
    ask_later(*found, {}, now);
    return;
  }
  const client_unsubscribed_event event{said.topic, static_cast<unsigned>(said.code), said.reason};
  if (found->second.topic.asked() != 0)
    tell_unsubscribed(said.topic);  // the `sub` that is on its way would begin it anew
  forget(event.topic);
  output_.on_unsubscribed(event);
}

void client_session::handle(const protocol::presence_said& said, time_point /*now*/) {
  const auto found = subscriptions_.find(said.topic);
  if (found != subscriptions_.end() && found->second.topic.presence())
    output_.on_presence({said.topic, said.joined, said.left, said.count});
}

void client_session::handle(const protocol::publication_said& said, time_point /*now*/) {
  const client_publication what{said.topic, said.offset, said.data.bytes, said.data.kind};
  const auto named = subscriptions_.find(said.topic);
  if (named != subscriptions_.end() && !deliver_to_name(*named, what))
    return;
  bool for_all = false;
  for (const std::string& pattern : patterns_) {
    if (!topic::matches(pattern, said.topic))
      continue;
    subscription& to = subscriptions_.find(pattern)->second;
    if (!to.topic.live())  // the application has not been told that it begins
      continue;
    if (!to.own)
      for_all = true;
    else if (to.heard.is_new(said.topic, said.offset))
      output_.on_publication(what, &to.own);
  }
  if (for_all && heard_by_all_.is_new(said.topic, said.offset))
    output_.on_publication(what, nullptr);
}

/// Returns whether it is for patterns, too.
bool client_session::deliver_to_name(subscription_map::value_type& one, client_publication what) {
  const client_publication_handler& own = one.second.own;
  const bool live = !one.second.topic.is_replayed(what.offset);
  const topic_state::verdict verdict = one.second.topic.on_publication(what.offset);
  if (verdict.next == topic_state::step::gap)
    ask_one(one);
  if (verdict.next != topic_state::step::deliver)
    return live;
  what.skipped = verdict.skipped;
  output_.on_publication(what, own ? &own : nullptr);
  if (!own)  // patterns without a function of their own do not give it to that one again
    heard_by_all_.is_new(what.topic, what.offset);
  return live;
}

void client_session::subscribe(const std::string& topic, const subscribe_options& from,
                               client_publication_handler own) {
  if (state_ == client_state::closed)
    return;
  const auto found = subscriptions_.find(topic);
  if (found != subscriptions_.end()) {
    topic_state& known = found->second.topic;
    found->second.own = std::move(own);
    forget_what_only(topic);
    known.by_hub = false;
    known.want_presence(from.presence);
    if (known.presence_differs() && known.position() && known.live() &&
        state_ == client_state::open)
      ask_one(*found);
    return;
  }
  subscription_map::value_type* made = nullptr;
  try {
    made = &add(topic, from);
  } catch (const std::bad_alloc&) {
    constexpr auto internal = static_cast<unsigned>(protocol::error_code::internal);
    output_.on_unsubscribed({topic, internal, "out of memory"});
    return;
  }
  made->second.own = std::move(own);
  if (state_ == client_state::open)
    ask_one(*made);
}

/// All or nothing.
client_session::subscription_map::value_type& client_session::add(const std::string& topic,
                                                                  const subscribe_options& from) {
  const bool pattern = topic::is_valid_pattern(topic);
  if (pattern)
    patterns_.push_back(topic);
  try {
    return *subscriptions_.try_emplace(topic, topic, from).first;
  } catch (...) {
    if (pattern)
      patterns_.pop_back();
    throw;
  }
}

void client_session::unsubscribe(const std::string& topic) {
  if (forget(topic) && state_ == client_state::open)
    tell_unsubscribed(topic);
}

bool client_session::forget(const std::string& topic) noexcept {
  std::erase(patterns_, topic);
  const bool was_there = subscriptions_.erase(topic) != 0;
  forget_what_only(topic);
  return was_there;
}

/// What the function for all heard by that name or pattern, and hears by no other any more: when it
/// comes to hear that again, the numbering may have begun anew.
void client_session::forget_what_only(std::string_view gone) noexcept {
  heard_by_all_.forget_if([&](std::string_view topic) {
    return (gone == topic || topic::matches(gone, topic)) && !is_for_all(topic);
  });
}

/// Whether the function for all hears that topic.
bool client_session::is_for_all(std::string_view topic) const noexcept {
  const auto named = subscriptions_.find(topic);
  if (named != subscriptions_.end() && !named->second.own)
    return true;
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
    return topic::matches(pattern, topic) && !subscriptions_.find(pattern)->second.own;
  });
}

/// Until the answer has come, what the server says of that topic is about the time before.
void client_session::tell_unsubscribed(const std::string& topic) {
  const std::uint64_t id = ++last_id_;
  leaving_topics_.emplace(id, topic);
  output_.send(protocol::write_unsubscribe(id, {topic}));
}

bool client_session::is_leaving(std::string_view topic) const noexcept {
  return std::any_of(leaving_topics_.begin(), leaving_topics_.end(),
                     [topic](const auto& each) { return each.second == topic; });
}

}  // namespace broadcast_hub
