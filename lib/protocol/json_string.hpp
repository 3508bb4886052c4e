#pragma once

#include <cstddef>
#include <string_view>

namespace broadcast_hub::protocol {

/// How much of the text, from its front, has nothing that a JSON string must escape.
std::size_t plain_size(std::string_view text) noexcept;

}  // namespace broadcast_hub::protocol
