#pragma once

#include "server_frames.hpp"
#include "session/outbox.hpp"
#include "wire/frame_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::session::test {

using broadcast_hub::test::server_frames;

/// An outbox that is subscribed to a topic, and a socket that takes as much as it is told to.
class outbox_fixture : public testing::Test {
 protected:
  using kind = outbox::kind;

  outbox_fixture() { out_.subscribe(topic_, 0); }

  static shared_bytes share(std::string bytes) {
    return std::make_shared<const std::string>(std::move(bytes));
  }
  static std::string text(std::string_view payload) {
    return wire::make_frame(wire::opcode::text, payload);
  }

  void publish(std::string_view payload) {
    const std::string frame = text(payload);
    ASSERT_TRUE(log_.append(frame.substr(0, 2), frame.substr(2)).accepted);
  }
  void direct(std::string_view payload) { out_.push(kind::direct, share(text(payload))); }
  void pong(std::string_view payload) {
    out_.push_ahead(wire::make_frame(wire::opcode::pong, payload));
  }
  void ping() { out_.push_ahead(wire::make_frame(wire::opcode::ping, {})); }
  void finish() { out_.finish_with(close_frame()); }
  void cut_short() { out_.cut_short_with(close_frame()); }
  static shared_bytes close_frame() {
    return share(wire::make_close_frame(close_code::normal, {}));
  }

  /// What waits, at most `room` pieces of it.
  std::string gathered(std::size_t room = 1000) const {
    std::vector<iovec> pieces(room);
    pieces.resize(out_.gather(pieces));
    std::string bytes;
    for (const iovec& piece : pieces) {
      bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    return bytes;
  }

  /// The socket takes up to `limit` bytes.
  void send(std::size_t limit) {
    const std::string bytes = gathered().substr(0, limit);
    publications_sent_ += out_.advance(bytes.size()).publications;
    sent_ += bytes;
  }

  /// The socket takes up to `limit` bytes and is full then.
  void send_and_block(std::size_t limit) {
    send(limit);
    out_.block();
  }

  void send_all() {
    out_.unblock();
    while (!gathered().empty()) {
      send(gathered().size());
    }
  }

  /// Sends the rest; everything that was sent, as frames.
  std::vector<std::string> all_frames() {
    send_all();
    return server_frames(sent_);
  }

  topic::log log_{1, std::size_t{1} << 30, &wire::frame_size};
  topic::fan_out topic_{log_, 0};
  outbox out_;
  std::string sent_;
  std::size_t publications_sent_ = 0;
};

}  // namespace broadcast_hub::session::test
