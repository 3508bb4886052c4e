#include "net/error_translation.hpp"

#include <broadcast_hub/error.hpp>

namespace broadcast_hub::net {

std::error_code translate(const std::error_code& error) noexcept {
  if (!error) return {};
  if (error == std::errc::address_in_use) return errc::address_in_use;
  if (error == std::errc::address_not_available) return errc::address_not_available;
  if (error == std::errc::address_family_not_supported) return errc::address_not_available;
  if (error == std::errc::permission_denied) return errc::permission_denied;
  if (error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system ||
      error == std::errc::not_enough_memory || error == std::errc::no_buffer_space) {
    return errc::out_of_resources;
  }
  return errc::io_error;
}

}  // namespace broadcast_hub::net
