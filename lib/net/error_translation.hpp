#pragma once

#include <system_error>

namespace broadcast_hub::net {

/// An error of Asio or of the operating system in our own category. Asio's categories are not
/// exported from the shared library, so they must not reach an application.
std::error_code translate(const std::error_code& error) noexcept;

}  // namespace broadcast_hub::net
