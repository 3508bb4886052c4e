#include "hub/peer_log.hpp"

#include "net/address.hpp"

#include <exception>

namespace broadcast_hub {

std::string prefix_of(const net::connection& peer) {
  return join("[", to_string(peer.id()), " ", net::to_string(peer.remote()), "] ");
}

std::string describe(message_kind kind, std::string_view payload) {
  return join(kind == message_kind::text ? "text" : "binary", ", ", payload.size(), " bytes");
}

std::string current_exception_text() {
  try {
    throw;
  } catch (const std::exception& failure) {
    return printable(failure.what());
  } catch (...) {
    return "something that is not a std::exception";
  }
}

}  // namespace broadcast_hub
