#pragma once

#include "protocol/command_decoder.hpp"
#include "protocol/server_frame.hpp"
#include "protocol/server_frame_reader.hpp"
#include "wire/frame_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace broadcast_hub::test {

/// What must hold whatever a client sends: a fuzzer asks it of frames that it makes up, a unit test
/// of those that it found. Each answer says what is wrong; empty: nothing.
/// @{

inline std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos
             ? text.substr(0, 0)
             : text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// Data comes back from the frame that subscribers get, and what they get is JSON.
inline std::string check_content(const protocol::content& data) {
  if (data.kind == message_kind::text && !wire::is_valid_utf8(data.bytes))
    return "text that is not UTF-8";
  constexpr std::uint64_t offset = 17;
  std::string held;
  const auto written = protocol::write_content(data.kind, data.bytes, held);
  std::string frame = protocol::write_publication_start("topic") + std::to_string(offset);
  for (const std::string_view part : {written.before, written.value, written.after})
    frame += part;
  if (!protocol::is_json(frame))
    return "a publication that is not JSON: " + frame;
  const protocol::publication read = protocol::read_publication(frame);
  if (read.offset != offset || read.data != data)
    return "a publication that is read as another: " + frame;
  protocol::server_frame_reader client;
  const auto said = client.read(frame);
  const auto* known = std::get_if<protocol::server_says>(&said);
  const auto* told = known ? std::get_if<protocol::publication_said>(known) : nullptr;
  // Blanks around JSON are as those of the frame.
  if (told == nullptr || told->data.kind != data.kind ||
      without_blanks(told->data.bytes) != without_blanks(data.bytes))
    return "a publication that our client does not read: " + frame;
  const std::string message = protocol::write_message(data.kind, data.bytes);
  return protocol::is_json(message) ? "" : "a message that is not JSON: " + message;
}

inline std::string check_command(const protocol::command& read) {
  constexpr std::uint64_t max_integer = std::uint64_t{1} << 53U;
  if (read.id > max_integer)
    return "an id that is too large";
  if (const auto* sub = std::get_if<protocol::subscribe_command>(&read.what)) {
    for (const auto& one : sub->topics) {
      if (one.topic.empty() || one.last > 10'000 || (one.since && one.since->offset > max_integer))
        return "a subscription that should have been refused";
    }
    return sub->topics.empty() || sub->topics.size() > 1000 ? "a wrong number of topics" : "";
  }
  if (const auto* pub = std::get_if<protocol::publish_command>(&read.what)) {
    return pub->topic.empty() || pub->key.size() > 128 ? "a publication that should be refused"
                                                       : check_content(pub->data);
  }
  if (const auto* history = std::get_if<protocol::history_command>(&read.what))
    return history->limit < 1 || history->limit > 1000 ? "a limit out of range" : "";
  if (const auto* message = std::get_if<protocol::message_command>(&read.what))
    return check_content(message->data);
  return {};
}

inline std::string check_fault(const protocol::command_fault& fault) {
  constexpr std::size_t longest = 500;
  if (fault.reason.empty() || fault.reason.size() > longest)
    return "a reason of " + std::to_string(fault.reason.size()) + " bytes";
  if (!wire::is_valid_utf8(fault.reason))
    return "a reason that is not UTF-8";
  const std::string reply = protocol::write_failed({fault.id, {}, fault.code, fault.reason});
  return protocol::is_json(reply) ? "" : "a reply that is not JSON: " + reply;
}

inline std::string check_client_frame(std::string_view frame) {
  if (!wire::is_valid_utf8(frame))
    return {};                            // a session never hands it on
  static protocol::command_decoder used;  // it remembers memory, and nothing else
  protocol::command_decoder fresh;
  const auto result = fresh.decode(frame);
  if (used.decode(frame).index() != result.index())
    return "a decoder that remembers";
  const auto* read = std::get_if<protocol::command>(&result);
  return read != nullptr ? check_command(*read)
                         : check_fault(std::get<protocol::command_fault>(result));
}
/// @}

}  // namespace broadcast_hub::test
