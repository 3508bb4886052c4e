#pragma once

#include "base/random.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/close_code.hpp>

#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// One whole frame as a client sends it: masked with a key from `random`, which nobody may be able
/// to foretell (RFC 6455, section 5.3).
///
/// Requires: text is UTF-8; a control frame has 125 bytes at most; for a close frame there is
/// `make_client_close_frame`.
std::string make_client_frame(opcode code, std::string_view payload, const random_source& random);

/// `no_status` makes one without a code. The reason is cut to 123 bytes at the end of a code point.
std::string make_client_close_frame(close_code code, std::string_view reason,
                                    const random_source& random);

}  // namespace broadcast_hub::wire
