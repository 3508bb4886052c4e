#pragma once

#include <optional>
#include <string_view>

namespace broadcast_hub::wire {

/// The host of a page's origin, `http://host:port` (RFC 6454, section 6.1); nothing for "null", for
/// other schemes, and for what no browser sends: user names, paths, several origins.
std::optional<std::string_view> host_of_origin(std::string_view origin) noexcept;

}  // namespace broadcast_hub::wire
