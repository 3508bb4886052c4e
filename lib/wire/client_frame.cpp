#include "wire/client_frame.hpp"

#include "wire/websocketpp_client_config.hpp"

#include <memory>
#include <stdexcept>
#include <system_error>

namespace broadcast_hub::wire {
namespace {

using client_message = websocketpp_client_config::message_type;

std::shared_ptr<client_message> message_of(opcode code, std::string_view payload) {
  auto made = std::make_shared<client_message>(
      client_message::con_msg_man_ptr(),
      static_cast<websocketpp::frame::opcode::value>(static_cast<unsigned>(code)), 0);
  made->set_payload(payload.data(), payload.size());
  return made;
}

std::string bytes_of(const client_message& prepared, const std::error_code& fault) {
  if (fault)
    throw std::logic_error("no frame can be made: " + fault.message());
  return prepared.get_header() + prepared.get_payload();
}

}  // namespace

std::string make_client_frame(opcode code, std::string_view payload, const random_source& random) {
  websocketpp_client_processor processor(random);
  const auto prepared = message_of(code, {});
  if (code == opcode::ping || code == opcode::pong) {
    const std::string copy(payload);
    return bytes_of(*prepared, code == opcode::ping ? processor->prepare_ping(copy, prepared)
                                                    : processor->prepare_pong(copy, prepared));
  }
  const std::error_code fault = processor->prepare_data_frame(message_of(code, payload), prepared);
  return bytes_of(*prepared, fault);
}

std::string make_client_close_frame(close_code code, std::string_view reason,
                                    const random_source& random) {
  constexpr std::size_t max_reason = 123;
  websocketpp_client_processor processor(random);
  const auto prepared = message_of(opcode::close, {});
  const std::string cut(code == close_code::no_status ? std::string_view()
                                                      : cut_utf8(reason, max_reason));
  const std::error_code fault =
      processor->prepare_close(static_cast<websocketpp::close::status::value>(code), cut, prepared);
  return bytes_of(*prepared, fault);
}

}  // namespace broadcast_hub::wire
