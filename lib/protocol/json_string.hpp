#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::protocol {

/// How much of the text, from its front, has nothing that a JSON string must escape.
std::size_t plain_size(std::string_view text) noexcept;

/// Appends the characters of a JSON string, escapes resolved. An escape that is half of a surrogate
/// pair becomes U+FFFD; returns whether there was none.
///
/// Requires: `inside` is what a JSON string has between its quotation marks.
bool append_characters(std::string& out, std::string_view inside);

}  // namespace broadcast_hub::protocol
