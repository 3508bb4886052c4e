#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace broadcast_hub::wire {

/// The beginning of a text frame whose text has a number in it that is known last: the header,
/// `start` and the number in decimal digits; `rest` bytes of the text follow. Returns its size, at
/// most 35 more than `start` has.
///
/// When `deflated`, the rest is what `deflater::deflate` made: then the frame says that it is
/// compressed, and start and number form a stored block in front of it (RFC 1951, section 3.2.4).
/// So the text is compressed before its number is known. Requires: `start` has fewer than 65,000
/// bytes.
std::size_t write_numbered_head(char* out, std::string_view start, std::uint64_t number,
                                std::size_t rest, bool deflated) noexcept;

}  // namespace broadcast_hub::wire
