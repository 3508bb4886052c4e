#pragma once

#include "base/random.hpp"
#include "client/connect_request.hpp"
#include "wire/client_handshake.hpp"
#include "wire/frame_decoder.hpp"

#include <broadcast_hub/close_code.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub {

/// What one WebSocket connection of a client makes of bytes. It is not to be called from there, but
/// for `send_text`.
class link_events {
 public:
  virtual void on_link_text(std::string_view text) = 0;
  virtual void on_link_binary() = 0;

  /// `bytes` are to be sent.
  virtual void on_link_bytes(std::string_view bytes) = 0;

  /// A pong is: it may be left out when another one waits (RFC 6455, section 5.5.3).
  virtual void on_link_pong(std::string_view bytes) { on_link_bytes(bytes); }

 protected:
  ~link_events() = default;
};

/// The WebSocket side of one connection: the handshake, then frames. Bytes in, bytes and events
/// out.
///
/// Lifetime: `random` and `events` outlive it.
class client_link {
 public:
  client_link(const connect_request& to, std::size_t max_message_bytes, const random_source& random,
              link_events& events);

  /// The connection is there: sends the request.
  void begin();

  struct ending {
    close_code code;
    std::string reason;
    int http_status = 0;      // it was not let in, and told why in HTTP
    std::string retry_after;  // the header of such an answer
  };

  /// `data` may be changed. Returns how the connection has ended, if so; then it is not used any
  /// more.
  std::optional<ending> take(char* data, std::size_t size);

  bool open() const noexcept { return open_ && !ending_; }

  /// Requires: it is open, and no close frame was sent.
  void send_text(std::string_view text);

  /// From now on nothing counts but the server's close frame.
  ///
  /// Requires: it is open.
  void send_close(close_code code, std::string_view reason);

 private:
  std::size_t take_handshake(std::string_view bytes);
  void act_on(const wire::frame_event& event);
  void end(close_code code, std::string_view reason);

  const random_source& random_;
  link_events& events_;
  wire::client_handshake handshake_;
  wire::frame_decoder decoder_;
  bool open_ = false;
  bool close_sent_ = false;
  std::optional<ending> ending_;
};

}  // namespace broadcast_hub
