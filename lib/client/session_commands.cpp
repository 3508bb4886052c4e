// What a session does about commands that have an answer of their own.

#include "base/text.hpp"
#include "client/session.hpp"
#include "protocol/command_frame.hpp"

#include <broadcast_hub/error.hpp>

#include <new>
#include <string>
#include <utility>
#include <vector>

namespace broadcast_hub {
namespace {

template <typename Result>
Result failed(const std::function<void(const Result&)>& /*to*/, const client_reply& why) {
  Result result;
  static_cast<client_reply&>(result) = why;
  return result;
}

client_publish_result answer(const client_publish_handler& /*to*/, protocol::ok_said& said) {
  client_publish_result result;
  result.position = std::move(said.at).value_or(topic_position{});
  return result;
}

client_presence_result answer(const client_presence_result_handler& /*to*/,
                              protocol::ok_said& said) {
  client_presence_result result;
  result.count = said.count;
  result.clients = std::move(said.clients);
  return result;
}

client_history_result answer(const client_history_handler& /*to*/, protocol::ok_said& said) {
  client_history_result result;
  result.newest = std::move(said.at).value_or(topic_position{});
  result.publications = std::move(said.items);
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
void client_session::command(Handler handler, Write write) {
  if (state_ == client_state::closed) {
    output_.on_answered(handler, failed(handler, reply_of(errc::client_closed)));
    return;
  }
  const std::uint64_t id = ++last_id_;
  pending_command* made = nullptr;
  try {
    made = &commands_.try_emplace(id, pending_command{write(id), Handler()}).first->second;
    made->handler = std::move(handler);
  } catch (const std::bad_alloc&) {
    output_.on_answered(handler, failed(handler, reply_of(errc::out_of_resources)));
    return;
  }
  if (state_ == client_state::open && !send_if_it_fits(*made))
    commands_.erase(id);
}

bool client_session::fits(std::string_view frame) const noexcept {
  return max_message_bytes_ == 0 || frame.size() <= max_message_bytes_;
}

/// A larger one would end the client for good; it is over instead.
bool client_session::send_if_it_fits(const pending_command& one) {
  if (fits(one.frame)) {
    output_.send(one.frame);
    return true;
  }
  client_reply why = reply_of(errc::message_too_big);
  why.reason =
      join("a message of ", one.frame.size(), " bytes; the server takes ", max_message_bytes_);
  end_command(one, why);
  return false;
}

void client_session::publish(std::string_view topic, message_kind kind, std::string_view payload,
                             client_publish_handler handler) {
  command(std::move(handler), [&](std::uint64_t id) {
    return protocol::write_publish(id, topic, kind, payload, join(key_start_, id));
  });
}

void client_session::presence(std::string_view topic, client_presence_result_handler handler) {
  command(std::move(handler),
          [&](std::uint64_t id) { return protocol::write_presence_command(id, topic); });
}

void client_session::history(std::string_view topic, const client_history_query& wanted,
                             client_history_handler handler) {
  command(std::move(handler), [&](std::uint64_t id) {
    return protocol::write_history_command(id, topic, wanted.since, wanted.limit, wanted.last);
  });
}

void client_session::end_commands() {
  for (auto each = commands_.begin(); each != commands_.end(); each = commands_.erase(each))
    end_command(each->second, reply_of(errc::client_closed));
}

void client_session::end_command(const pending_command& one, const client_reply& why) {
  std::visit([&](const auto& handler) { output_.on_answered(handler, failed(handler, why)); },
             one.handler);
}

void client_session::handle(protocol::ok_said& said, time_point /*now*/) {
  leaving_topics_.erase(said.id);
  const auto found = commands_.find(said.id);
  if (found == commands_.end())
    return;
  std::visit([&](const auto& handler) { output_.on_answered(handler, answer(handler, said)); },
             found->second.handler);
  commands_.erase(found);
}

void client_session::handle(const protocol::failure_said& said, time_point now) {
  if (said.id == 0) {
    log_.log(log_level::warn, "the server refused a frame: ", said.code, " ", escaped{said.reason});
    return;
  }
  if (leaving_topics_.erase(said.id) != 0)
    return;  // it was not subscribed, which is what was wanted
  if (const auto found = commands_.find(said.id); found != commands_.end()) {
    client_reply why = reply_of(errc::refused);
    why.code = static_cast<unsigned>(said.code);
    why.reason = said.reason;
    why.retry_after = said.retry_after;
    end_command(found->second, why);
    commands_.erase(found);
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
