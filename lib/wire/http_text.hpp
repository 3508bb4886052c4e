#pragma once

#include <optional>
#include <string_view>

namespace broadcast_hub::wire {

/// `text` without spaces and tabs at its ends.
std::string_view trim(std::string_view text) noexcept;

/// RFC 5234, appendix B.1: CTL, which a tab is, too.
bool is_control(char c) noexcept;

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) noexcept;

/// Cuts the first element off a comma-separated list: returns it, trimmed, and leaves the rest in
/// `list`.
std::string_view next_element(std::string_view& list) noexcept;

/// The host of `host [":" port]`, brackets of an IPv6 address included; nothing when it is
/// malformed or empty (RFC 3986, section 3.2).
std::optional<std::string_view> host_of(std::string_view authority) noexcept;

}  // namespace broadcast_hub::wire
