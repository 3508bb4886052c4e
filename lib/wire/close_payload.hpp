#pragma once

#include "wire/frame_decoder.hpp"

#include <string_view>

namespace broadcast_hub::wire {

/// Reads the payload of a close frame (RFC 6455, section 5.5.1): an event of kind `close`, or of
/// kind `fault` when it is half a code, a code that a peer may not send, or a reason that is not
/// UTF-8. The event's `payload` points into `payload`.
frame_event read_close_payload(std::string_view payload) noexcept;

}  // namespace broadcast_hub::wire
