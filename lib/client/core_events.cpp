// What the session, the link and the socket of a client tell each other.

#include "base/text.hpp"
#include "client/connect_request.hpp"
#include "client/core.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace broadcast_hub {

template <typename Handler, typename... Arguments>
void client_core::call(const char* name, const Handler& handler,
                       const Arguments&... arguments) noexcept {
  if (!handler || orphaned_)
    return;
  try {
    handler(arguments...);
  } catch (const std::exception& fault) {
    log_.log(log_level::error, name, " threw: ", escaped{fault.what()});
  } catch (...) {
    log_.log(log_level::error, name, " threw something");
  }
}

/// What the application is asked for may fail, and the session must not hear of that in this call.
void client_core::connect() {
  loop_.post([this, attempt = ++attempts_] {
    if (attempt == attempts_ && !orphaned_)
      try_to_connect();
    after_turn();
  });
}

void client_core::try_to_connect() {
  std::string fault;
  try {
    const connect_request request = make_connect_request(options_);
    link_.emplace(request, options_.max_message_bytes, random_, static_cast<link_events&>(*this));
    socket_.connect(request.url.host, request.url.port);
    return;
  } catch (const std::exception& thrown) {
    fault = thrown.what();
  } catch (...) {
    fault = "client_options.make_url or make_headers threw something";
  }
  socket_.close();
  link_.reset();
  session_.on_lost(close_code::abnormal, fault, clock::now());
}

void client_core::disconnect(close_code code, std::string_view reason) {
  ++attempts_;
  if (link_ && link_->open())
    link_->send_close(code, reason);
  socket_.close();
  link_.reset();
}

void client_core::close(close_code code) {
  ++attempts_;
  try {
    if (link_ && link_->open()) {
      link_->send_close(code, {});
      if (options_.close_timeout.count() != 0) {
        leave_by_ = clock::now() + options_.close_timeout;
        return;
      }
    }
  } catch (const std::exception&) {
    log_.log(log_level::warn, "there was no memory for a close frame");
  }
  socket_.close();
  link_.reset();
}

void client_core::send(std::string_view frame) {
  link_->send_text(frame);
}

void client_core::on_state(const client_state_event& event) {
  if (event.state == client_state::open)
    hub_takes_ = event.max_message_bytes;
  state_ = event.state;
  if (event.state == client_state::closed) {
    close_doors();
    if (!leave_by_)
      finish();
  }
  call("on_state", handlers_.on_state, event);
}

void client_core::on_publication(const client_publication& what,
                                 const client_publication_handler* own) {
  call("on_publication", own != nullptr ? *own : handlers_.on_publication, what);
}

void client_core::on_subscribed(const client_subscribed_event& event) {
  call("on_subscribed", handlers_.on_subscribed, event);
}

void client_core::on_unsubscribed(const client_unsubscribed_event& event) {
  call("on_unsubscribed", handlers_.on_unsubscribed, event);
}

void client_core::on_message(const message& what) {
  call("on_message", handlers_.on_message, what);
}

void client_core::on_error(const client_error_event& event) {
  call("on_error", handlers_.on_error, event);
}

void client_core::on_presence(const client_presence_event& event) {
  call("on_presence", handlers_.on_presence, event);
}

void client_core::on_answered(const client_publish_handler& handler,
                              const client_publish_result& result) {
  --unanswered_;
  call("the handler of publish", handler, result);
}

void client_core::on_answered(const client_presence_result_handler& handler,
                              const client_presence_result& result) {
  --unanswered_;
  call("the handler of presence", handler, result);
}

void client_core::on_answered(const client_history_handler& handler,
                              const client_history_result& result) {
  --unanswered_;
  call("the handler of history", handler, result);
}

void client_core::on_link_text(std::string_view text) {
  session_.on_text(text, clock::now());
}

void client_core::on_link_binary() {
  log_.log(log_level::warn, "the server sent a binary message, which is no frame");
}

void client_core::on_link_bytes(std::string_view bytes) {
  socket_.send(bytes);
}

void client_core::on_link_pong(std::string_view bytes) {
  constexpr std::size_t much = 4096;  // the server reads nothing
  if (socket_.queued_bytes() < much)
    socket_.send(bytes);
}

void client_core::on_connected() {
  link_->begin();
  after_turn();
}

void client_core::on_bytes(char* data, std::size_t size) {
  if (const auto ended = link_->take(data, size)) {
    socket_.close();
    link_.reset();
    if (leave_by_)
      finish();
    else
      tell_end(*ended);
  }
  after_turn();
}

void client_core::tell_end(const client_link::ending& ended) {
  const time_point now = clock::now();
  if (ended.http_status == 0) {
    session_.on_lost(ended.code, ended.reason, now);
    return;
  }
  const auto today = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  session_.on_refused({ended.http_status, wire::read_retry_after(ended.retry_after, today)},
                      ended.reason, now);
}

void client_core::on_ended(std::string_view fault) {
  link_.reset();
  if (leave_by_) {
    finish();
  } else {
    session_.on_lost(close_code::abnormal,
                     fault.empty() ? "the server ended the connection" : fault, clock::now());
  }
  after_turn();
}

}  // namespace broadcast_hub
