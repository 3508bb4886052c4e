#pragma once

#include "support/descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// A connection to 127.0.0.1, without delay, that ends with a reset.
///
/// Errors: throws `std::system_error`.
descriptor connect_to(std::uint16_t port);

/// What `errno` says.
std::string last_error();

/// The beginning of a text, for messages.
std::string quoted(std::string_view text);

}  // namespace broadcast_hub::benchmark
