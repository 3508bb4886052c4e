#include "page_url.hpp"

namespace demo {
namespace {

// Browsers go to no "0.0.0.0" and no "::".
std::string browser_host(const std::string& bind) {
  if (bind == "localhost" || bind == "0.0.0.0" || bind == "::") {
    return "localhost";
  }
  return bind.find(':') == std::string::npos ? bind : "[" + bind + "]";
}

}  // namespace

std::string page_url(const std::string& bind, std::uint16_t http_port, std::uint16_t ws_port) {
  const std::string url = "http://" + browser_host(bind) + ":" + std::to_string(http_port) + "/";
  return ws_port == default_ws_port ? url : url + "?ws=" + std::to_string(ws_port);
}

}  // namespace demo
