#include "hub/router.hpp"

#include "base/text.hpp"
#include "wire/handshake.hpp"
#include "wire/origin.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub {
namespace {

wire::response closing(wire::response answer) {
  answer.close = true;
  return answer;
}

wire::response upgrade_required() {
  wire::response answer =
      wire::text_response(426, "This is a WebSocket server: connect with ws://.");
  answer.headers.emplace_back("Upgrade", "websocket");
  answer.headers.emplace_back("Sec-WebSocket-Version", "13");
  return answer;
}

}  // namespace

router::router(listen_options options) : options_(std::move(options)) {
  if (!options_.web_root.empty())
    files_.emplace(options_.web_root);
}

router::route router::check(const wire::request& request) const {
  route found;
  found.is_websocket = wire::asks_for_websocket(request);
  if (request.has_body) {
    found.refusal = closing(wire::text_response(413, "Requests with a body are not served here."));
    return found;
  }
  if (!found.is_websocket)
    return found;
  if (!serves_websockets_at(request.path)) {
    found.refusal =
        closing(wire::text_response(404, "There is no WebSocket service at this address."));
  } else if (wire::response faults = wire::check_upgrade(request); faults.status != 101) {
    found.refusal = closing(std::move(faults));
  } else if (!wire::origin_allowed(request, options_.allowed_origins,
                                   options_.loopback_is_one_host)) {
    found.refusal = closing(wire::text_response(403, "Pages of this origin may not connect."));
    found.remedy = explain_origin(request);
  }
  return found;
}

wire::response router::serve(const wire::request& request) const {
  if (files_)
    return files_->serve(request);
  if (!serves_websockets_at(request.path))
    return wire::text_response(404, "Nothing is served at this address.");
  if (request.method != "GET" && request.method != "HEAD")
    return wire::method_not_allowed("A WebSocket request must be a GET.", "GET");
  return upgrade_required();
}

std::string router::explain_origin(const wire::request& request) const {
  std::string text = join(" The origin is \"", escaped{request.header("Origin")}, "\"; allowed ");
  if (options_.allowed_origins.empty()) {
    text += join("is the host of the request, \"", escaped{request.header("Host")}, "\"");
  } else {
    text += "are";
    for (const std::string& each : options_.allowed_origins)
      text += join(" \"", escaped{each}, "\"");
  }
  text += ". To let it in, add it to listen_options::allowed_origins";
  if (wire::from_loopback_to_loopback(request) && options_.allowed_origins.empty())
    text += " or set listen_options::loopback_is_one_host";
  return text + ".";
}

bool router::serves_websockets_at(const std::string& path) const {
  if (!options_.websockets)
    return false;
  const auto& paths = options_.websocket_paths;
  return paths.empty() || std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace broadcast_hub
