#include "hub/client_answers.hpp"

#include "base/text.hpp"
#include "hub/peer_log.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/error.hpp>

#include <string>

namespace broadcast_hub {
namespace {

using protocol::error_code;

error_code code_of(std::error_code error) {
  if (error == errc::already_subscribed)
    return error_code::already_subscribed;
  if (error == errc::not_subscribed)
    return error_code::not_subscribed;
  if (error == errc::too_many_topics || error == errc::too_many_subscriptions)
    return error_code::limit_exceeded;
  if (error == errc::message_too_big)
    return error_code::payload_too_large;
  if (error == errc::overloaded)
    return error_code::too_many_requests;
  if (error == errc::key_conflict)
    return error_code::key_conflict;
  return error == errc::invalid_topic ? error_code::malformed : error_code::internal;
}

constexpr std::chrono::milliseconds retry_when_overloaded{1000};

}  // namespace

void client_answers::refuse(net::connection& peer, command_id of, std::string_view topic,
                            std::error_code error) const {
  protocol::failed said{of, topic, code_of(error), {}};
  const std::string reason = error.message();
  said.reason = reason;
  if (said.code == error_code::too_many_requests)
    said.retry_after = retry_when_overloaded;
  refuse(peer, said);
}

void client_answers::refuse(net::connection& peer, const protocol::failed& said) const {
  log_peer(log_, log_level::debug, peer, "is refused: ", static_cast<int>(said.code), " ",
           escaped{said.reason});
  if (said.id == 0 && said.topic.empty())
    return;  // it wants no reply
  protocol::failed told = said;
  if (told.reason.empty() || !wire::is_valid_utf8(told.reason))
    told.reason = "permission denied";
  send(peer, protocol::write_failed(told));
}

void client_answers::send(net::connection& peer, std::string_view text) {
  see_to(peer, peer.answer(session::share(wire::make_frame(wire::opcode::text, text))));
}

// Who is closing, or was closed for this, wants to know nothing more.
void client_answers::see_to(net::connection& peer, std::error_code sent) {
  if (sent == errc::message_too_big)
    peer.fail(close_code::internal_error, "an answer is too long");
}

}  // namespace broadcast_hub
