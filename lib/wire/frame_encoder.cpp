#include "wire/frame_encoder.hpp"

#include "wire/websocketpp_config.hpp"

#include <algorithm>

namespace broadcast_hub::wire {
namespace {

namespace frame = websocketpp::frame;

// websocketpp finds out the byte order at the first 64-bit length and remembers it in a plain
// static, which two threads would write at once. Asking here, before there are threads, leaves only
// reads.
[[maybe_unused]] const auto byte_order_found_out = websocketpp::lib::net::_htonll(0);

constexpr std::size_t max_header_size = 10;
constexpr std::size_t max_reason_size = 123;  // RFC 6455, section 5.5: 125 bytes with the code

frame::basic_header basic_header_for(opcode code, std::size_t payload_size) noexcept {
  return {static_cast<frame::opcode::value>(code), payload_size, true, false};
}

frame::basic_header start_of(const char* whole) noexcept {
  return {static_cast<std::uint8_t>(whole[0]), static_cast<std::uint8_t>(whole[1])};
}

}  // namespace

std::size_t header_size(std::size_t payload_size) noexcept {
  return frame::get_header_len(basic_header_for(opcode::binary, payload_size));
}

std::size_t write_header(char* out, opcode code, std::size_t payload_size) noexcept {
  const frame::basic_header start = basic_header_for(code, payload_size);
  const frame::extended_header rest(payload_size);
  const std::size_t size = frame::get_header_len(start);
  out[0] = static_cast<char>(start.b0);
  out[1] = static_cast<char>(start.b1);
  std::copy_n(rest.bytes, size - frame::BASIC_HEADER_LENGTH, out + frame::BASIC_HEADER_LENGTH);
  return size;
}

std::string make_frame(opcode code, std::string_view payload) {
  char header[max_header_size];
  const std::size_t size = write_header(header, code, payload.size());
  std::string whole;
  whole.reserve(size + payload.size());
  whole.append(header, size).append(payload);
  return whole;
}

std::string make_close_frame(close_code code, std::string_view reason) {
  if (code == close_code::no_status) {
    return make_frame(opcode::close, {});
  }
  const auto number = static_cast<unsigned>(code);
  std::string payload{static_cast<char>(number >> 8U), static_cast<char>(number & 0xffU)};
  payload += cut_utf8(reason, max_reason_size);
  return make_frame(opcode::close, payload);
}

std::size_t frame_size(const char* frame) noexcept {
  const frame::basic_header start = start_of(frame);
  const std::size_t size = frame::get_header_len(start);
  frame::extended_header rest;
  std::copy_n(frame + frame::BASIC_HEADER_LENGTH, size - frame::BASIC_HEADER_LENGTH, rest.bytes);
  return size + static_cast<std::size_t>(frame::get_payload_size(start, rest));
}

std::string_view payload_of(std::string_view frame) noexcept {
  return frame.substr(frame::get_header_len(start_of(frame.data())));
}

message_kind kind_of(std::string_view frame) noexcept {
  const bool text = (frame.front() & 0x0f) == static_cast<int>(opcode::text);
  return text ? message_kind::text : message_kind::binary;
}

bool is_pong(std::string_view frame) noexcept {
  return (frame.front() & 0x0f) == static_cast<int>(opcode::pong);
}

bool may_send(close_code code) noexcept {
  const auto number = static_cast<unsigned>(code);
  const bool defined = (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014);
  const bool for_applications = number >= 3000 && number <= 4999;
  return defined || for_applications;
}

}  // namespace broadcast_hub::wire
