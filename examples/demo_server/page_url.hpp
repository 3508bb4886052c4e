#pragma once

#include <cstdint>
#include <string>

namespace demo {

/// Where the page looks for WebSockets unless its address says otherwise.
constexpr std::uint16_t default_ws_port = 8081;

/// The address to type into a browser on this machine; `bind` is what the server listens on.
std::string page_url(const std::string& bind, std::uint16_t http_port, std::uint16_t ws_port);

}  // namespace demo
