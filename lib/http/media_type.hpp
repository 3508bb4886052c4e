#pragma once

#include <string_view>

namespace broadcast_hub::http {

/// The value of Content-Type for a file, by the ending of its name, whatever its case;
/// "application/octet-stream" when the ending tells nothing.
std::string_view media_type_of(std::string_view path) noexcept;

}  // namespace broadcast_hub::http
