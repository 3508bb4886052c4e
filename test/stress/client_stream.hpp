#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace broadcast_hub::test {
class inflater;
}

namespace broadcast_hub::stress {

/// A WebSocket connection of a client that offers bhub.v1, as bytes: no socket.
class client_stream {
 public:
  using text_handler = std::function<void(std::string_view)>;

  /// Begins with the handshake, and offers permessage-deflate when there is an `inflater`, which
  /// may be used by all and outlives it.
  explicit client_stream(test::inflater* inflater);

  /// Takes what has come. Answers pings and close frames.
  ///
  /// Errors: throws `std::runtime_error` for what a server must not send.
  void receive(std::string_view bytes, const text_handler& on_text);

  void send_text(std::string_view text);

  /// What is to be sent; whoever sends it removes it.
  std::string& unsent() noexcept { return unsent_; }
  const std::string& unsent() const noexcept { return unsent_; }

  /// Whether a part of a frame, or of the handshake, has come.
  bool is_amid_frame() const noexcept { return !unread_.empty(); }

  bool is_established() const noexcept { return established_; }

  /// Of the close frame that has come; 0 without one.
  unsigned close_code() const noexcept { return close_code_; }

 private:
  std::size_t take_response(std::string_view bytes);
  std::size_t take_frame(std::string_view bytes, const text_handler& on_text);
  void take_text(std::string_view payload, bool compressed, const text_handler& on_text);
  void take_close(std::string_view payload);

  test::inflater* const inflater_;
  std::string unsent_;
  std::string unread_;  // the beginning of a frame whose rest has not come yet
  bool established_ = false;
  unsigned close_code_ = 0;
};

}  // namespace broadcast_hub::stress
