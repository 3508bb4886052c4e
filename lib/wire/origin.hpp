#pragma once

#include "wire/request.hpp"

#include <optional>
#include <string_view>

namespace broadcast_hub::wire {

/// The host of a page's origin, `http://host:port` (RFC 6454, section 6.1); nothing for "null", for
/// other schemes, and for what no browser sends: user names, paths, several origins.
std::optional<std::string_view> host_of_origin(std::string_view origin) noexcept;

/// "localhost", "127.0.0.1" and its neighbours as four plain numbers, or "[::1]": nothing that
/// needs a resolver, and no other way to write the same address.
bool is_loopback_host(std::string_view host) noexcept;

/// Page and hub are both called by a name of this machine.
bool from_loopback_to_loopback(const request& request) noexcept;

/// Whether `listen_options::allowed_origins` may have it.
bool may_be_listed(std::string_view origin) noexcept;

/// Not of one site: "null" and "file://".
bool is_opaque_origin(std::string_view origin) noexcept;

}  // namespace broadcast_hub::wire
