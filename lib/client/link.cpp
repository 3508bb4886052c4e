#include "client/link.hpp"

#include "protocol/server_frame.hpp"
#include "wire/client_frame.hpp"

#include <utility>

namespace broadcast_hub {
namespace {

using link_event = wire::frame_event::kind;

/// A server that breaks a rule may do better after a reconnect. Messages that are too large stay
/// so.
close_code code_for_fault(close_code fault) noexcept {
  return fault == close_code::message_too_big ? fault : close_code::abnormal;
}

}  // namespace

client_link::client_link(const connect_request& to, std::size_t max_message_bytes,
                         const random_source& random, link_events& events)
    : random_(random),
      events_(events),
      handshake_(to.url, protocol::subprotocol, random, to.headers),
      decoder_(max_message_bytes, wire::frame_sender::server) {}

void client_link::begin() {
  events_.on_link_bytes(handshake_.request());
}

std::optional<client_link::ending> client_link::take(char* data, std::size_t size) {
  std::size_t used = open_ ? 0 : take_handshake({data, size});
  while (open() && used < size) {
    wire::frame_event event;
    used += decoder_.consume(data + used, size - used, event);
    act_on(event);
  }
  return ending_;
}

std::size_t client_link::take_handshake(std::string_view bytes) {
  std::size_t used = 0;
  switch (handshake_.take(bytes, used)) {
    case wire::client_handshake::result::accepted:
      open_ = true;
      break;
    case wire::client_handshake::result::refused:
      ending_ = {close_code::abnormal, handshake_.fault(), handshake_.status(),
                 handshake_.retry_after()};
      break;
    case wire::client_handshake::result::need_more:
      break;
  }
  return used;
}

void client_link::act_on(const wire::frame_event& event) {
  switch (event.what) {
    case link_event::text:
      if (!close_sent_)
        events_.on_link_text(event.payload);
      break;
    case link_event::binary:
      if (!close_sent_)
        events_.on_link_binary();
      break;
    case link_event::ping:
      if (!close_sent_)
        events_.on_link_pong(wire::make_client_frame(wire::opcode::pong, event.payload, random_));
      break;
    case link_event::close:
      send_close(event.code, event.payload);  // as it came (RFC 6455, section 5.5.1)
      end(event.code, event.payload);
      break;
    case link_event::fault:
      send_close(event.code, event.payload);
      end(code_for_fault(event.code), event.payload);
      break;
    case link_event::pong:
    case link_event::none:
      break;
  }
}

void client_link::send_text(std::string_view text) {
  events_.on_link_bytes(wire::make_client_frame(wire::opcode::text, text, random_));
}

void client_link::send_close(close_code code, std::string_view reason) {
  if (std::exchange(close_sent_, true))
    return;
  events_.on_link_bytes(wire::make_client_close_frame(code, reason, random_));
}

void client_link::end(close_code code, std::string_view reason) {
  ending_ = {code, std::string(reason), 0, {}};
}

}  // namespace broadcast_hub
