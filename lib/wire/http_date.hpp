#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7). Requires: a year of four digits.
std::string format_http_date(std::chrono::sys_seconds time);

/// Reads the three forms that RFC 9110, section 5.6.7 wants accepted; nothing when it is none of
/// them. `now` decides the century of the form with two digits for the year.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                        std::chrono::sys_seconds now);

}  // namespace broadcast_hub::wire
