#include "session/session.hpp"

#include "session/handshake_state.hpp"
#include "wire/frame_encoder.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::session {

session::session(shard_context& context, time_point now)
    : context_(context),
      handshake_(std::make_unique<handshake_state>(context.options.limits.max_header_bytes)),
      deadline_(now + context.options.timeouts.handshake),
      last_received_(now) {}

session::~session() {
  release_decoder();
}

bool session::wants_input() const noexcept {
  if (input_ended_ || phase_ == phase::deciding)
    return false;
  return phase_ != phase::request || outbox_.queue_empty();
}

wire::request session::take_request() {
  return handshake_->parser.take();
}

void session::keep_early_bytes(std::string_view bytes) {
  handshake_->early_bytes += bytes;
}

std::string session::take_early_bytes() noexcept {
  return handshake_ ? std::exchange(handshake_->early_bytes, {}) : std::string();
}

void session::respond(const wire::response& response, bool keep_alive, time_point now) {
  const bool keep = keep_alive && !response.close;
  wire::response dated = response;
  if (context_.http_date != nullptr)
    dated.headers.emplace_back("Date", context_.http_date());
  outbox_.push(outbox::kind::bytes, share(wire::serialize_head(dated, keep)));
  // RFC 9110, section 9.3.2: whatever the answer is.
  if (response.body && !response.body->empty() && !handshake_->parser.is_head()) {
    outbox_.push(outbox::kind::bytes, response.body);
  }
  if (keep) {
    enter(phase::request, now + context_.options.timeouts.http_idle);
  } else {
    enter(phase::draining, now + context_.options.timeouts.close);
  }
}

std::string session::open(wire::accepted_upgrade accepted, time_point now, bool pings_by_message) {
  outbox_.push(outbox::kind::bytes, share(std::move(accepted.response)));
  // From here on nothing throws.
  was_opened_ = true;
  deflate_ = accepted.deflate;
  ping_message_ = pings_by_message;
  const auto ping_after = context_.options.heartbeat.ping_after;
  enter(phase::open, ping_after > duration::zero() ? now + ping_after : time_point::max());
  // From here on an idle connection needs nothing of this.
  std::string early_bytes = std::move(handshake_->early_bytes);
  handshake_.reset();
  return early_bytes;
}

std::error_code session::send(shared_bytes frame, time_point now) {
  if (const std::error_code error = see_to_room(frame->size(), now))
    return error;
  outbox_.push(outbox::kind::direct, std::move(frame));
  return {};
}

std::error_code session::reply(shared_bytes frame, time_point now) {
  if (const std::error_code error = see_to_room(frame->size(), now))
    return error;
  outbox_.push_reply(std::move(frame));
  return {};
}

bool session::has_room_for(std::size_t bytes) const noexcept {
  // The first frame always fits; what each one costs besides its bytes counts for the others.
  const std::size_t queued = outbox_.direct_bytes() > 0 ? outbox_.direct_cost() : 0;
  return queued + bytes <= context_.options.outbound.max_queued_bytes;
}

std::size_t session::room_for_answer() const noexcept {
  const std::size_t most = context_.options.outbound.max_queued_bytes / 2;
  return most - std::min(most, outbox_.direct_cost());
}

std::error_code session::see_to_room(std::size_t bytes, time_point now) {
  if (phase_ != phase::open)
    return errc::connection_closing;
  if (bytes > context_.options.outbound.max_queued_bytes)
    return errc::message_too_big;
  if (has_room_for(bytes))
    return {};
  drop_slow_consumer("too many bytes queued", now);
  return errc::overloaded;
}

std::error_code session::close(close_code code, std::string_view reason, time_point now) {
  if (phase_ != phase::open)
    return errc::connection_closing;
  auto ending = make_ending(code, reason);
  outbox_.finish_with(share(wire::make_close_frame(code, reason)));
  ending_ = std::move(ending);
  enter(phase::closing, now + context_.options.timeouts.close);
  return {};
}

void session::fail(close_code code, std::string_view reason, time_point now) {
  if (phase_ != phase::open)
    return;
  auto ending = make_ending(code, reason);
  end_with(wire::make_close_frame(code, reason));
  ending_ = std::move(ending);
  enter(phase::closing, now + context_.options.timeouts.close);
}

void session::drop_slow_consumer(std::string_view reason, time_point now) {
  auto ending = make_ending(close_code::slow_consumer, reason);
  outbox_.cut_short_with(share(wire::make_close_frame(close_code::slow_consumer, reason)));
  ending_ = std::move(ending);
  cause_ = cause::slow_consumer;
  enter(phase::closing, now + context_.options.timeouts.close);
}

void session::end_with(std::string close_frame) {
  // What one turn queued leaves as if the end had come a turn later; what a full socket holds up
  // would hold up the end.
  if (outbox_.blocked()) {
    outbox_.cut_short_with(share(std::move(close_frame)));
  } else {
    outbox_.finish_with(share(std::move(close_frame)));
  }
}

bool session::enforce_policies(time_point now) {
  if (phase_ != phase::open || !outbox_.enforce_policies(now))
    return false;
  drop_slow_consumer("too far behind", now);
  return true;
}

bool session::patrol(time_point now) {
  if (phase_ != phase::open || !outbox_.patrol(now, context_.max_moved_bytes))
    return false;
  drop_slow_consumer("too far behind", now);
  return true;
}

void session::patrol_if_unsubscribed(time_point now) {
  if (outbox_.blocked() && !outbox_.subscribed())
    patrol(now);
}

void session::on_sent(time_point now) noexcept {
  if (was_opened_ || sending_ended_)
    return;
  deadline_ = std::max(deadline_, now + context_.options.timeouts.http_idle);
}

session::action session::on_sent_all() noexcept {
  close_sent_ = ending_ != nullptr;
  if (phase_ == phase::finishing || (input_ended_ && nothing_to_answer()))
    return action::end_socket;
  if (phase_ != phase::draining || sending_ended_)
    return action::none;
  sending_ended_ = true;
  return action::end_sending;
}

session::action session::on_end_of_input() noexcept {
  input_ended_ = true;
  // It has said before that it sends no more, and may still read what waits.
  if (close_received_ && !outbox_.empty()) {
    phase_ = phase::finishing;
    return action::none;
  }
  // Whoever half-closes behind some requests still gets all responses.
  const bool more_requests = handshake_ && !handshake_->early_bytes.empty();
  return more_requests ? action::none : finish_response();
}

bool session::nothing_to_answer() const noexcept {
  return phase_ == phase::request && handshake_->early_bytes.empty();
}

session::action session::finish_response() noexcept {
  const bool response_waits = !outbox_.queue_empty() && !was_opened_;
  if (!response_waits)
    return action::end_socket;
  phase_ = phase::finishing;
  return action::none;
}

session::refusal session::bad_request() const noexcept {
  if (!handshake_)
    return {};
  return {handshake_->parser.status(), handshake_->parser.fault()};
}

void session::abandon() noexcept {
  phase_ = phase::finishing;
  outbox_.drop_all();
  release_decoder();
}

session::action session::on_deadline(time_point now) {
  if (now < deadline_)
    return action::none;  // it was moved since
  switch (phase_) {
    case phase::open:
      return on_heartbeat(now);
    case phase::deciding:
      cause_ = cause::handshake_timeout;
      respond(wire::text_response(503, "The server did not decide in time; try again later."),
              false, now);
      return action::none;
    case phase::request:
      if (handshake_->first_request)
        cause_ = cause::handshake_timeout;
      if (handshake_->parser.held_bytes() == 0)
        return action::end_socket;
      respond(wire::text_response(408, "The request did not arrive in time."), false, now);
      return action::none;
    default:
      return action::end_socket;
  }
}

session::action session::on_heartbeat(time_point now) {
  const heartbeat_options& heartbeat = context_.options.heartbeat;
  if (!awaiting_pong_) {
    const time_point due = last_received_ + heartbeat.ping_after;
    if (now < due) {
      deadline_ = due;
      return action::none;
    }
    awaiting_pong_ = true;
    deadline_ = now + heartbeat.pong_within;
    outbox_.push_ahead(wire::make_frame(wire::opcode::ping, {}));
    if (ping_message_)
      outbox_.push_ahead(wire::make_frame(wire::opcode::text, "{}"));
    return action::none;
  }
  cause_ = cause::idle;
  fail(close_code::idle, "no answer to a ping", now);
  // A peer that is gone will not answer this either: one attempt to tell it is enough.
  enter(phase::finishing, now);
  return action::none;
}

const close_event& session::ending() noexcept {
  static const close_event abnormal;
  if (!ending_)
    return abnormal;
  ending_->clean = close_sent_ && close_received_;
  return *ending_;
}

void session::note_ending(close_code code, std::string_view reason) {
  if (!ending_)  // the first reason is the reason
    ending_ = make_ending(code, reason);
}

// Noted only once its close frame is queued: if there is no memory for that, the connection goes on
// as if nobody had asked.
std::unique_ptr<close_event> session::make_ending(close_code code, std::string_view reason) {
  auto ending = std::make_unique<close_event>();
  ending->code = code;
  ending->reason = wire::cut_utf8(reason, 123);
  return ending;
}

void session::enter(phase next, time_point deadline) noexcept {
  phase_ = next;
  deadline_ = deadline;
}

}  // namespace broadcast_hub::session
