#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace broadcast_hub {

/// Options outside of their range are refused before anything is made of them. `option`: the name
/// in full, for example "hub_options.shards".
///
/// Errors: throws `std::invalid_argument` that names the option, its value and the range.
/// @{
void require_range(std::string_view option, std::uint64_t value, std::uint64_t least,
                   std::uint64_t most);
void require_range(std::string_view option, std::chrono::milliseconds value,
                   std::chrono::milliseconds least, std::chrono::milliseconds most);
/// @}

}  // namespace broadcast_hub
