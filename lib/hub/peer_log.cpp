#include "hub/peer_log.hpp"

#include "net/address.hpp"

#include <exception>
#include <new>

namespace broadcast_hub {

void append_text(std::string& out, prefix_of part) {
  out += join("[", part.peer.id().serial, " ", net::to_string(part.peer.remote()), "] ");
}

void append_text(std::string& out, summary_of part) {
  out += join(part.kind == message_kind::text ? "text" : "binary", ", ", part.payload.size(),
              " bytes");
}

std::string current_exception_text() noexcept {
  try {
    try {
      throw;
    } catch (const std::exception& failure) {
      return printable(failure.what());
    } catch (...) {
      return "something that is not a std::exception";
    }
  } catch (const std::bad_alloc&) {
    return {};
  }
}

}  // namespace broadcast_hub
