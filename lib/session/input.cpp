// What a session makes of the bytes of its peer.

#include "session/handshake_state.hpp"
#include "session/session.hpp"
#include "wire/frame_encoder.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::session {

session::event session::receive(char* data, std::size_t size, std::size_t& consumed,
                                time_point now) {
  if (!ping_message_ || awaiting_pong_)
    last_received_ = now;  // else it is pinged all the same, so the last answer is what counts
  if (awaiting_pong_ && phase_ == phase::open) {
    awaiting_pong_ = false;
    // The wait for a pong may be longer than the time to the next ping.
    deadline_ = std::min(deadline_, now + context_.options.heartbeat.ping_after);
  }
  switch (phase_) {
    case phase::request:
      return receive_request(data, size, consumed, now);
    case phase::open:
    case phase::closing:
      return receive_frames(data, size, consumed, now);
    default:
      break;
  }
  release_decoder();
  consumed = size;
  return event::need_bytes;
}

session::event session::receive_request(const char* data, std::size_t size, std::size_t& consumed,
                                        time_point now) {
  wire::request_parser& parser = handshake_->parser;
  // A kept-alive connection may be idle for long; a request, once begun, may not.
  if (size > 0 && !handshake_->first_request && parser.held_bytes() == 0) {
    deadline_ = now + context_.options.timeouts.handshake;
  }
  switch (parser.consume(data, size, consumed)) {
    case wire::request_parser::result::need_more:
      return event::need_bytes;
    case wire::request_parser::result::bad:
      cause_ = cause::bad_request;
      respond(parser.status() == 405 ? wire::method_not_allowed(parser.fault(), "GET, HEAD")
                                     : wire::text_response(parser.status(), parser.fault()),
              false, now);
      consumed = size;
      return event::need_bytes;
    case wire::request_parser::result::complete:
      break;
  }
  handshake_->first_request = false;
  enter(phase::deciding, now + context_.options.timeouts.handshake);
  return event::request;
}

session::event session::receive_frames(char* data, std::size_t size, std::size_t& consumed,
                                       time_point now) {
  consumed = 0;
  if (!decoder_) {
    decoder_ = context_.decoders.take();
    decoder_->expect_deflate(deflate_);
  }
  while (consumed < size && (phase_ == phase::open || phase_ == phase::closing)) {
    wire::frame_event frame;
    consumed += decoder_->consume(data + consumed, size - consumed, frame);
    if (frame.compressed && phase_ == phase::open)
      inflate(frame);
    switch (frame.what) {
      case wire::frame_event::kind::none:
        break;
      case wire::frame_event::kind::text:
      case wire::frame_event::kind::binary:
        // Who asked for the end does not want to hear more.
        if (phase_ != phase::open)
          break;
        received_ = {frame.payload, frame.what == wire::frame_event::kind::text
                                        ? message_kind::text
                                        : message_kind::binary};
        account_partial_message(now);
        return event::message;
      case wire::frame_event::kind::ping:
        if (phase_ == phase::open) {
          outbox_.push_ahead(wire::make_frame(wire::opcode::pong, frame.payload));
        }
        break;
      case wire::frame_event::kind::pong:
        break;
      case wire::frame_event::kind::close:
        on_peer_close(frame, now);
        break;
      case wire::frame_event::kind::fault:
        on_fault(frame, now);
        break;
    }
  }
  context_.inflater.trim();
  account_partial_message(now);
  if (decoder_->idle() || phase_ == phase::draining || phase_ == phase::finishing) {
    release_decoder();
  }
  consumed = size;
  return event::need_bytes;
}

void session::inflate(wire::frame_event& frame) {
  const wire::inflater::result inflated =
      context_.inflater.inflate(frame.payload, context_.options.limits.max_message_bytes);
  frame.payload = inflated.payload;
  if (inflated.fault) {
    frame = {wire::frame_event::kind::fault, inflated.fault->code, inflated.fault->rule};
  } else if (frame.what == wire::frame_event::kind::text && !wire::is_valid_utf8(frame.payload)) {
    frame = {wire::frame_event::kind::fault, close_code::invalid_payload, "text that is not UTF-8"};
  }
}

void session::account_partial_message(time_point now) {
  const auto held = static_cast<std::uint32_t>(decoder_->held_bytes());
  context_.partial_bytes += held;
  context_.partial_bytes -= counted_partial_bytes_;
  counted_partial_bytes_ = held;
  const bool in_budget = context_.partial_bytes <= context_.options.limits.max_partial_bytes;
  if (held == 0 || in_budget || (phase_ != phase::open && phase_ != phase::closing))
    return;
  if (phase_ == phase::open)
    cause_ = cause::overload;
  fail(close_code::try_again_later, "too many half-received messages", now);
  // The message is let go at once, or the budget would be none; so no answer can be read.
  enter(phase::draining, deadline_);
}

void session::release_decoder() {
  if (!decoder_)
    return;
  context_.partial_bytes -= counted_partial_bytes_;
  counted_partial_bytes_ = 0;
  context_.decoders.put(std::move(decoder_));
}

void session::on_peer_close(const wire::frame_event& frame, time_point now) {
  close_received_ = true;
  note_ending(frame.code, frame.payload);
  // The time for our own close runs from its call. A peer that answers has got our close frame.
  if (phase_ == phase::closing)
    return enter(close_sent_ ? phase::finishing : phase::draining, deadline_);
  // It said that it sends no more, not that it reads no more: what was sent before still goes out.
  outbox_.finish_within(context_.max_moved_bytes,
                        share(wire::make_close_frame(frame.code, frame.payload)));
  // If it sends on, and nobody read it, the system would reset the connection, and with it what the
  // peer has not read.
  enter(phase::draining, now + context_.options.timeouts.close);
}

void session::on_fault(const wire::frame_event& frame, time_point now) {
  if (phase_ != phase::open)
    return enter(phase::finishing, now);
  cause_ = cause::protocol_error;
  fail(frame.code, frame.payload, now);
  // Frame boundaries are lost, so no answer can be read: the peer's end is all that is awaited.
  enter(phase::draining, deadline_);
}

}  // namespace broadcast_hub::session
