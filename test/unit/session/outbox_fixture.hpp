#pragma once

#include "server_frames.hpp"
#include "session/outbox.hpp"
#include "support/topic_shard.hpp"
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

/// An outbox that is subscribed to the topic "news", and a socket that takes as much as it is told
/// to.
class outbox_fixture : public testing::Test {
 protected:
  using kind = outbox::kind;
  using outcome = topic::topic::append_result::outcome;

  explicit outbox_fixture(topics_options options = {})
      : shard_(&wire::frame_size, std::move(options)) {
    out_.join_topics(shard_.reader, 0, topic::lane_kind::raw);
    EXPECT_FALSE(out_.subscribe("news"));
  }

  static std::string text(std::string_view payload) {
    return wire::make_frame(wire::opcode::text, payload);
  }

  void publish(std::string_view payload) {
    ASSERT_EQ(shard_.publish("news", text(payload)).what, outcome::appended);
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

  /// A walk comes by.
  void walk() {
    shard_.walk([this](const auto&) { out_.offer_walk(); });
  }

  /// What waits, at most `room` pieces of it, when a walk has come by.
  std::string gathered(std::size_t room = 1000) {
    walk();
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
    out_.advance(bytes.size());
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

  std::uint64_t delivered() const { return shard_.reader.count().delivered.value(); }
  std::size_t subscribers() const { return shard_.registry.find("news")->subscribers(); }

  broadcast_hub::test::topic_shard shard_;
  outbox out_;
  std::string sent_;
};

}  // namespace broadcast_hub::session::test
