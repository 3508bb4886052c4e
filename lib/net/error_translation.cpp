#include "net/error_translation.hpp"

#include <asio/error.hpp>
#include <broadcast_hub/error.hpp>

#include <cerrno>

namespace broadcast_hub::net {

std::error_code translate(const std::error_code& error) noexcept {
  if (!error)
    return {};
  if (error.category() != asio::error::get_system_category())
    return errc::io_error;
  // Asio's system category does not compare with std::errc, its numbers do.
  switch (error.value()) {
    case EADDRINUSE:
      return errc::address_in_use;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return errc::address_not_available;
    case EACCES:
    case EPERM:
      return errc::permission_denied;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return errc::out_of_resources;
    default:
      return errc::io_error;
  }
}

}  // namespace broadcast_hub::net
