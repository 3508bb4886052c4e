#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace broadcast_hub::test {

/// A blocking socket for tests: sends any bytes, and reads with a deadline. What does not come in
/// time is an exception, so a test fails instead of hanging.
class raw_client {
 public:
  /// Connects to 127.0.0.1. A small `receive_buffer` (bytes) makes a client that fills up soon.
  explicit raw_client(std::uint16_t port, int receive_buffer = 0);
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client& operator=(raw_client&&) = delete;

  void send(std::string_view bytes);

  std::string read_exactly(std::size_t size);
  std::string read_until(std::string_view end);

  /// Everything up to the end of the stream; a reset counts as the end.
  std::string read_to_end();

  /// Ends our direction only.
  void end_sending();

  /// Ends the connection with a reset instead of a FIN.
  void reset();

  std::uint16_t local_port() const;

  /// @name For who waits for many sockets at once
  /// @{
  int descriptor() const noexcept { return socket_; }

  /// What has come, without waiting for more; 0 when nothing has, or when the stream has ended.
  std::size_t read_some(std::span<char> into);
  /// @}

 private:
  bool fill();

  int socket_ = -1;
  std::string received_;  // read from the socket, not yet by the test
};

struct frame {
  unsigned opcode = 0;
  std::string payload;
  bool compressed = false;  ///< it was; the payload is not any more

  friend bool operator==(const frame&, const frame&) = default;
};

/// A WebSocket client on top of it.
class ws_client {
 public:
  explicit ws_client(std::uint16_t port, const std::string& path = "/",
                     const std::string& extra_headers = {}, int receive_buffer = 0);

  /// The response to the handshake, status line and headers.
  const std::string& response() const noexcept { return response_; }

  void send_text(std::string_view payload);
  void send_binary(std::string_view payload);
  void send_close(std::uint16_t code, std::string_view reason = {});

  frame read_frame();

  /// The payload of the next frame, which must be text.
  std::string read_text();

  /// The code of the next frame, which must be a close frame; 1005 when it has none.
  unsigned read_close();

  /// The code of the close frame that comes behind any number of other frames.
  unsigned skip_to_close();

  raw_client& socket() noexcept { return socket_; }

 private:
  bool agreed_on_deflate() const;

  raw_client socket_;
  std::string response_;
};

/// What a client sends that knows permessage-deflate (RFC 7692).
inline constexpr char deflate_offer[] =
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// A correct handshake request.
std::string handshake_request(const std::string& path = "/", const std::string& extra_headers = {});

/// Waits until `condition` holds; returns whether it came to that before the deadline.
template <typename Condition>
bool eventually(Condition condition, std::chrono::seconds deadline = std::chrono::seconds(20));

void pause_between_looks();

template <typename Condition>
bool eventually(Condition condition, std::chrono::seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    pause_between_looks();
  }
  return true;
}

}  // namespace broadcast_hub::test
