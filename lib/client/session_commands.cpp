// What a session does about commands that have an answer of their own.

#include "base/text.hpp"
#include "client/session.hpp"
#include "protocol/command_frame.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace broadcast_hub {
namespace {

template <typename Result>
Result failed(const std::function<void(const Result&)>& /*to*/, client_reply why) {
  Result result;
  static_cast<client_reply&>(result) = std::move(why);
  return result;
}

client_publish_result answer(const client_publish_handler& /*to*/, const std::string& topic,
                             protocol::ok_said& said) {
  client_publish_result result;
  result.topic = topic;
  result.position = std::move(said.at).value_or(topic_position{});
  return result;
}

client_presence_result answer(const client_presence_result_handler& /*to*/,
                              const std::string& topic, protocol::ok_said& said) {
  client_presence_result result;
  result.topic = topic;
  result.count = said.count;
  result.clients = std::move(said.clients);
  return result;
}

client_history_result answer(const client_history_handler& /*to*/, const std::string& topic,
                             protocol::ok_said& said) {
  client_history_result result;
  result.topic = topic;
  result.newest = std::move(said.at).value_or(topic_position{});
  result.publications = std::move(said.items);
  result.more = said.more;
  return result;
}

client_reply reply_of(errc error) {
  client_reply reply;
  reply.error = error;
  return reply;
}

}  // namespace

/// `write` makes the frame for an id.
template <typename Handler, typename Write>
void client_session::command(std::string_view topic, Handler handler, Write write) {
  if (state_ == client_state::closed) {
    client_reply why = reply_of(errc::client_closed);
    why.topic = topic;
    output_.on_answered(handler, failed(handler, std::move(why)));
    return;
  }
  const std::uint64_t id = ++last_id_;
  command_map::iterator made;
  try {
    made =
        commands_.try_emplace(id, pending_command{std::string(topic), write(id), Handler()}).first;
    made->second.handler = std::move(handler);
  } catch (const std::bad_alloc&) {
    output_.on_answered(handler, failed(handler, reply_of(errc::out_of_resources)));
    return;
  }
  if (state_ != client_state::open)
    return;
  if (suspected_up_to_ != 0)
    send_commands();  // it may have to wait for its turn
  else if (!send_or_end(made->second))
    commands_.erase(made);
}

bool client_session::fits(std::string_view frame) const noexcept {
  return max_message_bytes_ == 0 || frame.size() <= max_message_bytes_;
}

/// Returns false when it is over instead: a frame that is too large would end the client for good,
/// and what was sent too long ago might be published twice.
bool client_session::send_or_end(pending_command& one) {
  if (!fits(one.frame)) {
    client_reply why = reply_of(errc::message_too_big);
    why.reason =
        join("a message of ", one.frame.size(), " bytes; the server takes ", max_message_bytes_);
    end_command(one, std::move(why));
    return false;
  }
  if (one.first_sent && is_too_late(one))
    return false;
  output_.send(one.frame);
  one.sent = true;
  if (!one.first_sent)
    one.first_sent = beyond_suspends_();
  return true;
}

/// The server might not know its key any more. Then it is over.
bool client_session::is_too_late(const pending_command& one) {
  const auto window = one.is_publication() ? window_of(one.topic) : std::nullopt;
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(beyond_suspends_() - *one.first_sent);
  if (!window || age < *window / 10 * 9)
    return false;
  client_reply why = reply_of(errc::outcome_unknown);
  why.reason = join("it was sent ", age.count(), " ms ago and not answered; the hub knows keys of ",
                    one.topic, " for ", window->count(), " ms");
  end_command(one, std::move(why));
  return true;
}

/// Those that are not on their way, as far as it is their turn.
void client_session::send_commands() {
  const bool one_at_a_time = suspects_publications();
  if (!one_at_a_time)
    suspected_up_to_ = 0;
  bool busy = std::any_of(commands_.begin(), commands_.end(), [](const auto& each) {
    return each.second.sent && each.second.is_publication();
  });
  for (auto each = commands_.begin(); each != commands_.end();) {
    pending_command& one = each->second;
    const bool waits = one_at_a_time && busy && one.is_publication();
    if (one.sent || waits) {
      ++each;
    } else if (send_or_end(one)) {
      busy = busy || one.is_publication();
      ++each;
    } else {
      each = commands_.erase(each);
    }
  }
}

bool client_session::suspects_publications() const noexcept {
  const auto end = commands_.upper_bound(suspected_up_to_);
  return std::any_of(commands_.begin(), end,
                     [](const auto& each) { return each.second.is_publication(); });
}

/// Its answer has come; others may have waited for that.
void client_session::forget_command(command_map::iterator one) {
  commands_.erase(one);
  if (suspected_up_to_ != 0)
    send_commands();
}

/// The connection has ended so. A publication may be why: the server has failed over it.
void client_session::note_unanswered(close_code code) {
  if (code != close_code::internal_error)
    return;
  std::size_t count = 0;
  pending_command* last = nullptr;
  for (auto& [id, each] : commands_) {
    if (!each.sent || !each.is_publication())
      continue;
    ++count;
    last = &each;
    suspected_up_to_ = last_id_;
  }
  if (count == 1)
    ++last->ended_sessions;
}

/// Those that would only end the next session, too.
void client_session::end_fatal_publications() {
  constexpr unsigned enough = 3;
  constexpr auto code = static_cast<unsigned>(close_code::internal_error);
  for (auto each = commands_.begin(); each != commands_.end();) {
    if (each->second.ended_sessions < enough) {
      ++each;
      continue;
    }
    client_reply why = reply_of(errc::refused);
    why.code = code;
    why.reason = join("the server closed ", enough, " connections with ", code,
                      " while this publication on ", each->second.topic, " had no answer");
    end_command(each->second, std::move(why));
    each = commands_.erase(each);
  }
}

void client_session::keep_window(const std::string& topic, std::chrono::milliseconds window) {
  constexpr std::size_t most = 10'000;
  if (windows_.size() >= most && !windows_.contains(topic))
    windows_.clear();  // what the hello says holds for all
  windows_[topic] = {window, true};
}

std::optional<std::chrono::milliseconds> client_session::window_of(const std::string& topic) const {
  const auto known = windows_.find(topic);
  if (known == windows_.end())
    return hello_window_;
  const told_window& told = known->second;
  // By now the server may know keys for less time than it did then.
  return told.here || !hello_window_ ? told.time : std::min(told.time, *hello_window_);
}

void client_session::publish(std::string_view topic, message_kind kind, std::string_view payload,
                             std::string_view key, client_publish_handler handler) {
  command(topic, std::move(handler), [&](std::uint64_t id) {
    const std::string own = key.empty() ? join(key_start_, id) : std::string(key);
    return protocol::write_publish(id, topic, kind, payload, own);
  });
}

void client_session::presence(std::string_view topic, client_presence_result_handler handler) {
  command(topic, std::move(handler),
          [&](std::uint64_t id) { return protocol::write_presence_command(id, topic); });
}

void client_session::history(std::string_view topic, const client_history_query& wanted,
                             client_history_handler handler) {
  command(topic, std::move(handler), [&](std::uint64_t id) {
    return protocol::write_history_command(id, topic, wanted.since, wanted.limit, wanted.last);
  });
}

void client_session::end_commands() {
  for (auto each = commands_.begin(); each != commands_.end(); each = commands_.erase(each))
    end_command(each->second, reply_of(errc::client_closed));
}

void client_session::end_command(const pending_command& one, client_reply why) {
  try {
    why.topic = one.topic;
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it ends all the same
  }
  std::visit(
      [&](const auto& handler) { output_.on_answered(handler, failed(handler, std::move(why))); },
      one.handler);
}

void client_session::handle(protocol::ok_said& said, time_point /*now*/) {
  leaving_topics_.erase(said.id);
  const auto found = commands_.find(said.id);
  if (found == commands_.end())
    return;
  const std::string& topic = found->second.topic;
  if (said.window)
    keep_window(topic, *said.window);
  std::visit(
      [&](const auto& handler) { output_.on_answered(handler, answer(handler, topic, said)); },
      found->second.handler);
  forget_command(found);
}

void client_session::handle(const protocol::failure_said& said, time_point now) {
  if (said.id == 0) {
    log_.log(log_level::warn, "the server refused a frame: ", said.code, " ", escaped{said.reason});
    output_.on_error({said.topic, static_cast<unsigned>(said.code), said.reason});
    return;
  }
  if (leaving_topics_.erase(said.id) != 0)
    return;  // it was not subscribed, which is what was wanted
  if (const auto found = commands_.find(said.id); found != commands_.end()) {
    client_reply why = reply_of(errc::refused);
    why.code = static_cast<unsigned>(said.code);
    why.reason = said.reason;
    why.retry_after = said.retry_after;
    end_command(found->second, std::move(why));
    forget_command(found);
    return;
  }
  // All of a `sub`, or one topic of it.
  std::vector<std::string> names;
  for (const auto& [name, each] : subscriptions_) {
    if (each.topic.asked() == said.id && (said.topic.empty() || said.topic == name))
      names.push_back(name);
  }
  // When it is all of many, the fault may be with one of them.
  const bool blames_all = names.size() > 1 && !passes(said.code);
  for (const std::string& name : names) {
    if (blames_all)
      ask_one(*subscriptions_.find(name));
    else
      refuse(*subscriptions_.find(name), said, now);
  }
}

}  // namespace broadcast_hub
