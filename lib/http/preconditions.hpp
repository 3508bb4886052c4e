#pragma once

#include "wire/request.hpp"

#include <chrono>
#include <string_view>

namespace broadcast_hub::http {

/// How two entity tags are compared (RFC 9110, section 8.8.3.2).
enum class tag_comparison { strong, weak };

/// Whether `list`, the value of If-Match or If-None-Match, is "*" or names `etag`, a strong tag.
/// What stands behind the first malformed tag does not count.
bool names_etag(std::string_view list, std::string_view etag, tag_comparison comparison) noexcept;

/// The status that the conditions of a GET or HEAD call for, in the order of RFC 9110, section
/// 13.2.2: 412, 304, or 200 when the file is to be sent. `now` helps to read old forms of dates.
int check_preconditions(const wire::request& request, std::string_view etag,
                        std::chrono::sys_seconds modified, std::chrono::sys_seconds now);

}  // namespace broadcast_hub::http
