#pragma once

#include "wire/frame_header.hpp"

#include <broadcast_hub/close_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {

/// What a decoder found.
struct frame_event {
  enum class kind : unsigned char {
    none,    ///< more bytes are needed
    text,    ///< a whole message, valid UTF-8 unless it is compressed
    binary,  ///< a whole message
    ping,
    pong,
    close,  ///< a close frame; `code` is 1005 when it had none, `payload` is the reason
    fault   ///< the peer broke a rule: close with `code`; `payload` says which rule
  };

  kind what = kind::none;
  close_code code = close_code::no_status;
  std::string_view payload;  ///< valid until the decoder's next call
  bool compressed = false;   ///< the payload is still to be inflated, and text to be checked then
};

/// Turns the bytes of a peer into messages (RFC 6455, sections 5 to 8). Reads and checks each
/// frame's header itself and gives websocketpp's `hybi13` one frame at a time, because `hybi13`
/// alone lets through what the RFC forbids (see docs/decisions/0001).
///
/// After a fault it stays in fault: every further call returns the same event and consumes all.
/// About 1 KB; take one from a pool when bytes arrive and put it back when `idle()`.
class frame_decoder {
 public:
  explicit frame_decoder(std::size_t max_message_bytes, frame_sender from = frame_sender::client);
  ~frame_decoder();
  frame_decoder(const frame_decoder&) = delete;
  frame_decoder& operator=(const frame_decoder&) = delete;

  /// Whether the connection agreed on permessage-deflate (RFC 7692). Only while `idle()`.
  void expect_deflate(bool agreed) noexcept;

  /// Reads from `data`, which it may change (unmasking in place), up to the end of the first event;
  /// returns the number of bytes consumed. Call again while bytes are left.
  std::size_t consume(char* data, std::size_t size, frame_event& event);

  /// Between two messages, with no half-read header: the decoder holds nothing and may be pooled.
  bool idle() const noexcept;

  /// After a fault a decoder is destroyed, never pooled.
  bool faulted() const noexcept;

  /// Memory taken for a half-received message, in bytes: what a budget should count.
  std::size_t held_bytes() const noexcept;

  /// Lets go of the last event's payload, if it is large. Call it before pooling an idle decoder;
  /// the next `consume` does it anyway.
  void trim() noexcept;

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace broadcast_hub::wire
