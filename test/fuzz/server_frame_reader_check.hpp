#pragma once

#include "protocol/json.hpp"
#include "protocol/server_frame_reader.hpp"
#include "wire/frame_encoder.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace broadcast_hub::test {

/// What must hold whatever a server sends, for a client to go by it. Each answer says what is
/// wrong; empty: nothing.
class said_check {
 public:
  std::string operator()(const protocol::unknown_said& /*said*/) const { return {}; }
  std::string operator()(const protocol::ping_said& /*said*/) const { return {}; }

  std::string operator()(const protocol::hello_said& said) const {
    return is_time(said.ping) && is_range(said.retry_min, said.retry_max) ? text(said.client_id)
                                                                          : "times out of range";
  }

  std::string operator()(const protocol::bye_said& said) const {
    return is_range(said.earliest, said.latest) ? "" : "times out of range";
  }

  std::string operator()(const protocol::subscribed_said& said) const {
    if (said.topic.empty() || said.id > max_integer)
      return "no topic, or an id that is too large";
    if (said.reached &&
        (said.reached->offset > max_integer || said.replayed > said.reached->offset))
      return "a position in front of the first";
    return text(said.topic) + text(said.why);
  }

  std::string operator()(const protocol::failure_said& said) const {
    return is_time(said.retry_after) && said.code <= max_integer
               ? text(said.topic) + text(said.reason)
               : "a number out of range";
  }

  std::string operator()(const protocol::ok_said& said) const {
    std::string wrong = said.count > max_integer ? "a count that is too large" : "";
    for (const past_publication& each : said.items)
      wrong += each.offset == 0 ? "an offset of zero" : payload(each.kind, each.payload);
    return wrong + clients(said.clients);
  }

  std::string operator()(const protocol::publication_said& said) const {
    if (said.topic.empty() || said.offset == 0 || said.offset > max_integer)
      return "no topic, or an offset out of range";
    return text(said.topic) + payload(said.data.kind, said.data.bytes);
  }

  std::string operator()(const protocol::presence_said& said) const {
    return said.topic.empty() ? "no topic" : clients(said.joined) + clients(said.left);
  }

  std::string operator()(const protocol::unsubscribed_said& said) const {
    return said.topic.empty() ? "no topic" : text(said.topic) + text(said.reason);
  }

  std::string operator()(const protocol::message_said& said) const {
    return payload(said.data.kind, said.data.bytes);
  }

 private:
  static constexpr std::uint64_t max_integer = std::uint64_t{1} << 53U;

  static bool is_time(std::chrono::milliseconds time) {
    return time.count() >= 0 && time <= std::chrono::hours(24);
  }
  static bool is_range(std::chrono::milliseconds least, std::chrono::milliseconds most) {
    return is_time(least) && is_time(most) && least <= most;
  }
  static std::string text(std::string_view given) {
    return wire::is_valid_utf8(given) ? "" : "text that is not UTF-8";
  }
  static std::string payload(message_kind kind, std::string_view bytes) {
    return kind == message_kind::text ? text(bytes) : "";
  }
  static std::string clients(const std::vector<client_subscriber>& given) {
    std::string wrong;
    for (const client_subscriber& each : given)
      wrong += text(each.id) + text(each.user) + text(each.info);
    return wrong;
  }
};

inline std::string check_server_fault(const protocol::server_fault& fault) {
  constexpr std::size_t longest = 500;
  if (fault.reason.empty() || fault.reason.size() > longest)
    return "a reason of " + std::to_string(fault.reason.size()) + " bytes";
  return wire::is_valid_utf8(fault.reason) ? "" : "a reason that is not UTF-8";
}

inline std::string check_server_frame(std::string_view frame) {
  if (!wire::is_valid_utf8(frame))
    return {};                                // a link never hands it on
  static protocol::server_frame_reader used;  // it remembers memory, and nothing else
  protocol::server_frame_reader fresh;
  const auto result = fresh.read(frame);
  const auto again = used.read(frame);
  if (again.index() != result.index())
    return "a reader that remembers";
  if (const auto* fault = std::get_if<protocol::server_fault>(&result))
    return check_server_fault(*fault);
  const auto& said = std::get<protocol::server_says>(result);
  if (std::get<protocol::server_says>(again).index() != said.index())
    return "a reader that remembers";
  return std::visit(said_check(), said);
}

}  // namespace broadcast_hub::test
