#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub {

/// RFC 4648, section 4, with padding.
std::string encode_base64(std::string_view bytes);

/// Nothing unless `encode_base64` could have written it: blanks, missing padding, other alphabets,
/// and bits behind the last byte that are not zero are refused.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace broadcast_hub
