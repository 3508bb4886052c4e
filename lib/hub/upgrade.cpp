#include "hub/upgrade.hpp"

#include "base/text.hpp"
#include "hub/hub_core.hpp"
#include "wire/frame_encoder.hpp"
#include "wire/handshake.hpp"
#include "wire/http_text.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace broadcast_hub {

upgrade_request describe(const wire::request& request, std::string remote_address) {
  upgrade_request event;
  event.path = request.path;
  event.query = request.query;
  event.remote_address = std::move(remote_address);
  event.headers = request.headers;
  event.subprotocols = wire::offered_subprotocols(request);
  return event;
}

namespace {

bool is_ours(std::string_view name) {
  constexpr std::array ours{"Connection", "Content-Length",    "Content-Type",
                            "Date",       "Transfer-Encoding", "Upgrade"};
  constexpr std::string_view prefix = "Sec-WebSocket-";
  return equal_ignoring_case(name.substr(0, prefix.size()), prefix) ||
         std::any_of(ours.begin(), ours.end(),
                     [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

/// RFC 9110, section 5.5: what else might begin another header, or end the head.
bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return wire::is_control(c) && c != '\t'; });
}

/// Says nothing of the value, which may be a secret.
std::string_view find_header_fault(std::string_view name, std::string_view value) {
  if (!wire::is_token(name))
    return "a name is made of letters, digits and !#$%&'*+-.^_`|~";
  if (is_ours(name))
    return "the library sends that one itself";
  if (!is_value(value))
    return "its value has a control byte";
  return {};
}

}  // namespace

std::optional<std::string> find_fault(const upgrade_reply& answer, const wire::request& request) {
  for (const auto& [name, value] : answer.headers) {
    if (const std::string_view fault = find_header_fault(name, value); !fault.empty())
      return join("on_upgrade replied with the header \"", printable(name), "\"; ", fault);
  }
  if (answer.status != 101 && (answer.status < 400 || answer.status > 599)) {
    return join("on_upgrade replied with status ", answer.status,
                "; it must be 101, or 400 to 599 to refuse");
  }
  // Other clients are told who is there, in text.
  for (const auto& [member, value] : {std::pair("user", &answer.user), {"info", &answer.info}}) {
    if (!wire::is_valid_utf8(*value))
      return join("on_upgrade replied with ", member, " that is not UTF-8");
  }
  if (answer.status != 101 || answer.subprotocol.empty() ||
      wire::offers_subprotocol(request, answer.subprotocol))
    return std::nullopt;
  return join("on_upgrade replied with subprotocol \"", printable(answer.subprotocol),
              "\", which the client did not offer");
}

upgrade_responder::state::state(std::weak_ptr<hub_core> hub, connection_id id,
                                wire::request request)
    : hub_(std::move(hub)), id_(id), request_(std::move(request)) {}

upgrade_responder::state::~state() {
  try {
    reply(upgrade_reply::refuse(500, "The server did not decide."));
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the deadline answers, with 503
  }
}

void upgrade_responder::state::reply(upgrade_reply answer) {
  if (answered_.exchange(true))
    return;
  if (const std::shared_ptr<hub_core> hub = hub_.lock()) {
    hub->answer_upgrade(id_, std::move(request_), std::move(answer));
  }
}

upgrade_responder::upgrade_responder(std::shared_ptr<state> shared) noexcept
    : state_(std::move(shared)) {}

void upgrade_responder::reply(upgrade_reply answer) const {
  if (state_)
    state_->reply(std::move(answer));
}

}  // namespace broadcast_hub
