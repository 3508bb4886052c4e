#include "client/session.hpp"

#include "base/text.hpp"
#include "protocol/command_frame.hpp"
#include "protocol/error_code.hpp"
#include "protocol/server_frame.hpp"
#include "topic/name.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace broadcast_hub {
namespace {

constexpr auto silence_after_ping = std::chrono::seconds(10);

std::string random_key(const random_source& random) {
  std::string key;
  for (int i = 0; i < 4; ++i)  // of 32 bits each: as many as a UUID has, and some more
    key += protocol::to_text(random());
  return key + ".";
}

/// An end needs no memory: if there is none for the reason, it has none.
client_state_event ending_event(client_state state, close_code code, std::string_view reason,
                                int http_status = 0) noexcept {
  client_state_event event;
  event.state = state;
  event.code = code;
  event.http_status = http_status;
  try {
    event.reason = reason;
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): see above
  }
  return event;
}

}  // namespace

client_session::client_session(const session_options& options, random_source random,
                               const logger& log, session_output& output,
                               clock_source beyond_suspends)
    : options_(options),
      random_(std::move(random)),
      beyond_suspends_(std::move(beyond_suspends)),
      log_(log),
      output_(output),
      key_start_(random_key(random_)) {
  retries_.set_bounds(options.retry_min, options.retry_max);
}

void client_session::start(time_point now) {
  connect(now);
}

void client_session::stop() {
  if (state_ != client_state::closed)
    end(close_code::normal, "closed by the application");
}

void client_session::connect(time_point now) {
  state_ = client_state::connecting;
  due_ = now + bounded(options_.connect_timeout);
  client_state_event event;
  event.state = state_;
  output_.on_state(event);
  output_.connect();
}

void client_session::on_lost(close_code code, std::string_view reason, time_point now) {
  if (state_ != client_state::connecting && state_ != client_state::open)
    return;
  denials_ = 0;
  if (comes_back_after(code))
    lose(ending_event(client_state::waiting, code, reason), {}, now);
  else
    end(code, reason);
}

void client_session::on_refused(const http_refusal& refusal, std::string_view reason,
                                time_point now) {
  if (state_ != client_state::connecting)
    return;
  if (is_final(refusal.status)) {
    end(close_code::abnormal, reason, refusal.status);
    return;
  }
  constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
  lose(ending_event(client_state::waiting, close_code::abnormal, reason, refusal.status),
       std::min(refusal.retry_after, longest), now);
}

/// Whether to ask again is of no use.
bool client_session::is_final(int http_status) noexcept {
  constexpr unsigned enough = 3;  // credentials may be renewed only now and then
  switch (http_status) {
    case 400:
    case 404:
    case 426:
      return true;
    case 401:
    case 403:
      return !options_.request_may_change || ++denials_ >= enough;
    default:
      denials_ = 0;
      return false;
  }
}

/// `event`: what is told, except for the wait, which is drawn behind `least_wait`.
void client_session::lose(client_state_event event, std::chrono::milliseconds least_wait,
                          time_point now) {
  note_unanswered(event.code);
  leave_connection();
  state_ = client_state::waiting;
  retries_.on_lost(now);
  event.retry_in = least_wait + retries_.next(random_);
  due_ = now + event.retry_in;
  log_.log(log_level::info, "connection lost (", static_cast<int>(event.code), " ",
           escaped{event.reason}, "); comes back in ", event.retry_in.count(), " ms");
  output_.on_state(event);
  end_fatal_publications();
}

void client_session::end(close_code code, std::string_view reason, int http_status) {
  const client_state_event event = ending_event(client_state::closed, code, reason, http_status);
  output_.close(close_code::normal);
  leave_connection();
  state_ = client_state::closed;
  log_.log(log_level::info, "closed (", static_cast<int>(code), " ", escaped{reason}, ")");
  subscriptions_.clear();
  patterns_.clear();
  end_commands();
  output_.on_state(event);
}

void client_session::leave_connection() {
  due_.reset();
  asked_later_.clear();
  leaving_topics_.clear();
  for (auto& [id, each] : commands_)
    each.sent = false;
  for (auto& [topic, each] : windows_)
    each.here = false;
  heard_by_all_.forget();
  for (auto& [name, each] : subscriptions_) {
    each.topic.on_lost();
    each.heard.forget();
  }
}

std::optional<time_point> client_session::next_due() const {
  if (asked_later_.empty())
    return due_;
  const time_point first = asked_later_.begin()->first;
  return due_ ? std::min(*due_, first) : first;
}

void client_session::on_time(time_point now) {
  if (due_ && now >= *due_) {
    if (state_ == client_state::waiting) {
      connect(now);
      return;
    }
    const bool open = state_ == client_state::open;
    const std::string reason =
        join(output_.server(), open ? ": nothing was heard of the server for too long"
                                    : ": no session within the timeout");
    output_.disconnect(close_code::normal, reason);
    on_lost(close_code::abnormal, reason, now);
    return;
  }
  ask_again(now);
}

void client_session::ask_again(time_point now) {
  std::vector<subscription_map::value_type*> those;
  while (!asked_later_.empty() && asked_later_.begin()->first <= now) {
    const auto found = subscriptions_.find(asked_later_.begin()->second);
    // It may have ended, or been asked for meanwhile.
    if (found != subscriptions_.end() && found->second.topic.waiting() &&
        std::find(those.begin(), those.end(), &*found) == those.end())
      those.push_back(&*found);
    asked_later_.erase(asked_later_.begin());
  }
  ask(those);
}

void client_session::hear(time_point now) {
  if (state_ != client_state::open)
    return;
  due_.reset();
  if (ping_.count() != 0)
    due_ = now + ping_ + silence_after_ping;
}

void client_session::on_text(std::string_view frame, time_point now) {
  if (state_ != client_state::open && state_ != client_state::connecting)
    return;
  hear(now);
  auto read = reader_.read(frame);
  if (const auto* fault = std::get_if<protocol::server_fault>(&read)) {
    log_.log(log_level::warn, "the server sent what is no frame: ", fault->reason);
    return;
  }
  auto& what = std::get<protocol::server_says>(read);
  // A session begins with it; before, there is nothing that the rest could be about.
  if (state_ == client_state::connecting && !std::holds_alternative<protocol::hello_said>(what))
    return;
  std::visit([&](auto& said) { handle(said, now); }, what);
}

void client_session::handle(const protocol::ping_said& /*said*/, time_point /*now*/) {
  output_.send(protocol::pong_text);
}

void client_session::handle(const protocol::hello_said& said, time_point now) {
  if (state_ != client_state::connecting)
    return;
  client_state_event event;
  event.state = client_state::open;
  event.connection_id = said.client_id;
  event.max_message_bytes = said.max_message_bytes;
  state_ = client_state::open;
  ping_ = said.ping;
  max_message_bytes_ = said.max_message_bytes;
  // Without a least wait it would come back again and again at once.
  if (said.retry_min.count() > 0)
    retries_.set_bounds(said.retry_min, said.retry_max);
  retries_.on_session(now);
  denials_ = 0;
  hello_window_ = said.window;
  hear(now);
  log_.log(log_level::info, "connected as ", escaped{said.client_id});
  output_.on_state(event);
  resume();
}

void client_session::handle(const protocol::bye_said& said, time_point /*now*/) {
  retries_.on_bye(said.earliest, said.latest);
}

void client_session::handle(const protocol::message_said& said, time_point /*now*/) {
  output_.on_message({said.data.bytes, said.data.kind});
}

void client_session::send(std::string_view frame) {
  if (state_ != client_state::open)
    return;
  if (fits(frame)) {
    output_.send(frame);
  } else {
    // It came back to another server, or to one with other limits, since it was looked at.
    log_.log(log_level::error, "a message of ", frame.size(),
             " bytes is not sent: the server takes ", max_message_bytes_);
  }
}

}  // namespace broadcast_hub
