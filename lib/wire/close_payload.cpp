#include "wire/close_payload.hpp"

#include "wire/frame_encoder.hpp"

namespace broadcast_hub::wire {

frame_event read_close_payload(std::string_view payload) noexcept {
  using kind = frame_event::kind;
  if (payload.empty()) {
    return {kind::close, close_code::no_status, {}};
  }
  if (payload.size() == 1) {
    return {kind::fault, close_code::protocol_error, "close frame with half a code"};
  }
  const auto high = static_cast<unsigned char>(payload[0]);
  const auto low = static_cast<unsigned char>(payload[1]);
  const auto code = static_cast<close_code>(high << 8U | low);
  const std::string_view reason = payload.substr(2);
  if (!may_send(code)) {
    return {kind::fault, close_code::protocol_error, "close code that may not be sent"};
  }
  if (!is_valid_utf8(reason)) {
    return {kind::fault, close_code::invalid_payload, "close reason that is not UTF-8"};
  }
  return {kind::close, code, reason};
}

}  // namespace broadcast_hub::wire
