#pragma once

// Only sources of this room may include this file: nothing of websocketpp shows outside of it.

#include <websocketpp/common/platforms.hpp>
// platforms.hpp comes first: the headers below rely on it.
#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/stdint.hpp>
#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/message_buffer/message.hpp>
#include <websocketpp/processors/hybi13.hpp>
#include <websocketpp/random/none.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace broadcast_hub::wire {

/// Gives `hybi13` the two messages that can be open at once, one data and one control message
/// (RFC 6455, section 5.4), over and over: no allocation per message.
template <typename Message>
class message_slots {
 public:
  using ptr = std::shared_ptr<message_slots>;
  using weak_ptr = std::weak_ptr<message_slots>;
  using message_ptr = std::shared_ptr<Message>;
  using opcode = websocketpp::frame::opcode::value;

  message_slots()
      : data_(std::make_shared<Message>(ptr(), opcode::binary, 0)),
        control_(std::make_shared<Message>(ptr(), opcode::ping, 0)) {}

  /// Called by `hybi13`. A declared length is only a claim, so little is reserved for it.
  message_ptr get_message(opcode code, std::size_t declared_size) {
    const message_ptr& slot = websocketpp::frame::opcode::is_control(code) ? control_ : data_;
    slot->set_opcode(code);
    slot->get_raw_payload().clear();
    slot->get_raw_payload().reserve(std::min(declared_size, reserved_at_once));
    return slot;
  }

  /// Has `more` bytes of data fit, in steps that grow, but never with more room than for `most`.
  /// `std::string` itself takes up to twice as much.
  void make_room(std::size_t more, std::size_t most) {
    std::string& payload = data_->get_raw_payload();
    const std::size_t wanted = payload.size() + more;
    if (wanted <= payload.capacity())
      return;
    std::string larger;
    larger.reserve(std::max(wanted, std::min(2 * payload.capacity(), most)));
    payload.swap(larger.append(payload));
  }

  /// What has come of the data message.
  const std::string& data() const noexcept { return data_->get_payload(); }

  std::size_t capacity() const noexcept {
    return data_->get_payload().capacity() + control_->get_payload().capacity();
  }

  /// Gives a large data buffer back.
  void release() noexcept {
    if (data_->get_payload().capacity() > kept) {
      std::string().swap(data_->get_raw_payload());
    }
  }

 private:
  static constexpr std::size_t reserved_at_once = 4096;
  static constexpr std::size_t kept = 1024;

  message_ptr data_;
  message_ptr control_;
};

/// The policies of websocketpp's protocol classes: no transport, no logging, no extensions.
struct websocketpp_config {
  using request_type = websocketpp::http::parser::request;
  using response_type = websocketpp::http::parser::response;
  using message_type = websocketpp::message_buffer::message<message_slots>;
  using con_msg_manager_type = message_slots<message_type>;
  using rng_type = websocketpp::random::none::int_generator<std::uint32_t>;

  struct permessage_deflate_config {};
  using permessage_deflate_type =
      websocketpp::extensions::permessage_deflate::disabled<permessage_deflate_config>;

  static constexpr std::size_t max_message_size = 64 * 1024;
  static constexpr bool enable_extensions = false;
};

using websocketpp_processor = websocketpp::processor::hybi13<websocketpp_config>;

}  // namespace broadcast_hub::wire
