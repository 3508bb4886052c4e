#include "client_stream.hpp"

#include "support/client_frame.hpp"
#include "support/frame_header.hpp"
#include "support/inflater.hpp"
#include "support/raw_client.hpp"

#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

constexpr const char* protocol_offer = "Sec-WebSocket-Protocol: bhub.v1\r\n";
constexpr std::size_t largest_message = std::size_t{1024} * 1024;

}  // namespace

client_stream::client_stream(test::inflater* inflater)
    : inflater_(inflater),
      unsent_(test::handshake_request(
          "/", std::string(protocol_offer) + (inflater != nullptr ? test::deflate_offer : ""))) {}

void client_stream::receive(std::string_view bytes, const text_handler& on_text) {
  std::string kept;
  if (!unread_.empty()) {
    kept = std::move(unread_);
    kept += bytes;
    bytes = kept;
  }
  while (close_code_ == 0 && !bytes.empty()) {
    const std::size_t used = established_ ? take_frame(bytes, on_text) : take_response(bytes);
    if (used == 0)
      break;
    bytes.remove_prefix(used);
  }
  unread_ = bytes;
}

void client_stream::send_text(std::string_view text) {
  unsent_ += test::client_frame(test::opcode::text, text);
}

std::size_t client_stream::take_response(std::string_view bytes) {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  const std::size_t end = bytes.find(end_of_head);
  if (end == std::string_view::npos)
    return 0;
  const std::string_view head = bytes.substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 101 ") || head.find(protocol_offer) == std::string_view::npos)
    throw std::runtime_error("no bhub.v1: " + std::string(head));
  established_ = true;
  return end + end_of_head.size();
}

std::size_t client_stream::take_frame(std::string_view bytes, const text_handler& on_text) {
  const auto header = benchmark::read_frame_header(bytes);
  if (!header || bytes.size() - header->size < header->payload_size)
    return 0;
  const std::string_view payload = bytes.substr(header->size, header->payload_size);
  if (!header->fin || header->mask || header->reserved)
    throw std::runtime_error("a frame that is not whole, or masked, or has reserved bits");
  switch (header->code) {
    case benchmark::opcode::text:
      take_text(payload, header->compressed, on_text);
      break;
    case benchmark::opcode::ping:
      unsent_ += test::client_frame(test::opcode::pong, payload);
      break;
    case benchmark::opcode::close:
      take_close(payload);
      break;
    default:
      throw std::runtime_error("a frame of a kind that bhub.v1 does not have");
  }
  return header->size + payload.size();
}

void client_stream::take_text(std::string_view payload, bool compressed,
                              const text_handler& on_text) {
  if (!compressed)
    return on_text(payload);
  std::string text;
  if (inflater_ == nullptr)
    throw std::runtime_error("compressed, but that was not offered");
  inflater_->reset();
  if (!inflater_->inflate(payload, largest_message, text))
    throw std::runtime_error("a message that cannot be inflated");
  on_text(text);
}

void client_stream::take_close(std::string_view payload) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
  close_code_ = payload.size() < 2 ? 1005U : unsigned{byte(0)} << 8U | byte(1);
  unsent_ += test::client_frame(test::opcode::close, payload.substr(0, 2));
}

}  // namespace broadcast_hub::stress
