#pragma once

#include "server_frames.hpp"
#include "session/session.hpp"
#include "support/client_frame.hpp"
#include "support/topic_shard.hpp"
#include "wire/frame_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::session::test {

using namespace broadcast_hub::test;
using namespace std::chrono_literals;

/// A session beside what its owner is to it: a clock that stands still, a socket that takes as
/// much as it is told to, a topic.
class session_fixture : public testing::Test {
 protected:
  using phase = session::phase;
  using action = session::action;
  using cause = session::cause;

  static inline const std::string handshake_response = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  static inline const std::string plain_request = "GET /page HTTP/1.1\r\nHost: example\r\n\r\n";

  /// Made at the first use, so that a test may change `options_` before.
  session& peer() {
    if (!session_) {
      context_ = std::make_unique<shard_context>(options_);
      session_ = std::make_unique<session>(*context_, now_);
    }
    return *session_;
  }

  /// An established connection, nothing left to send.
  void open() {
    receive(plain_request);
    peer().open({handshake_response}, now_);
    join_topics();
    ASSERT_EQ(sent(), handshake_response);
    ASSERT_EQ(peer().now_in(), phase::open);
  }

  void join_topics() {
    peer().out().join_topics(shard().reader, 0, topic::lane_kind::raw);
    ASSERT_FALSE(peer().out().subscribe("news"));
  }

  /// Made at the first use, as the session.
  topic_shard& shard() {
    if (!shard_)
      shard_ = std::make_unique<topic_shard>(&wire::frame_size, options_.topics);
    return *shard_;
  }

  /// A walk comes by.
  void walk() {
    shard().walk([this](const auto&) { peer().out().offer_walk(); });
  }

  /// Gives bytes to the session as its owner does, in chunks of their own buffers, and keeps what
  /// came of it in `events_`. What comes behind a request that waits for its answer is kept.
  void receive(std::string_view bytes, std::size_t chunk = static_cast<std::size_t>(-1)) {
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, chunk);
      bytes.remove_prefix(part.size());
      std::vector<char> buffer(part.begin(), part.end());
      receive_buffer(buffer.data(), buffer.size());
    }
  }

  /// What leaves now, everything.
  std::string sent() {
    std::string bytes;
    for (;;) {
      const std::string more = send(static_cast<std::size_t>(-1));
      if (more.empty()) {
        break;
      }
      bytes += more;
    }
    last_action_ = peer().on_sent_all();
    return bytes;
  }
  std::vector<std::string> sent_frames() { return server_frames(sent()); }

  /// What leaves when the socket takes up to `limit` bytes.
  std::string send(std::size_t limit) {
    walk();
    std::vector<iovec> pieces(100);
    pieces.resize(peer().out().gather(pieces));
    std::string bytes;
    for (const iovec& piece : pieces) {
      bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    bytes.resize(std::min(bytes.size(), limit));
    peer().out().advance(bytes.size());
    if (!bytes.empty() && !peer().was_opened()) {
      peer().on_sent(now_);
    }
    return bytes;
  }

  /// The clock goes on; the session is called at its deadlines, as a timer would do.
  action pass(duration time) {
    const time_point end = now_ + time;
    action last = action::none;
    while (peer().deadline() <= end && last == action::none) {
      now_ = std::max(now_, peer().deadline());
      const time_point before = peer().deadline();
      const phase phase_before = peer().now_in();
      last = peer().on_deadline(now_);
      if (peer().deadline() == before && peer().now_in() == phase_before) {
        break;  // it waits for its output to leave
      }
    }
    now_ = end;
    return last;
  }

  void publish(std::string_view payload) {
    ASSERT_EQ(shard().publish("news", wire::make_frame(wire::opcode::text, payload)).what,
              topic::topic::append_result::outcome::appended);
  }

  std::error_code send_text(std::string_view payload) {
    return peer().send(share(wire::make_frame(wire::opcode::text, payload)), now_);
  }

  std::error_code close(close_code code = close_code::normal, std::string_view reason = {}) {
    return peer().close(code, reason, now_);
  }

  /// How it ended, for example "1000 bye, clean".
  std::string ending() {
    const close_event event = peer().ending();
    return std::to_string(static_cast<unsigned>(event.code)) +
           (event.reason.empty() ? "" : " " + event.reason) + (event.clean ? ", clean" : "");
  }

  hub_options options_;
  time_point now_{std::chrono::hours(100)};
  std::unique_ptr<topic_shard> shard_;
  std::unique_ptr<shard_context> context_;
  std::unique_ptr<session> session_;

  std::vector<std::string> events_;       // "text:payload", "binary:payload", "GET /path"
  std::function<void()> answer_ = [] {};  // what the owner does with a request
  action last_action_ = action::none;     // what the session said when all was sent

 private:
  void receive_buffer(char* data, std::size_t size) {
    for (;;) {
      std::size_t consumed = 0;
      const session::event found = peer().receive(data, size, consumed, now_);
      ASSERT_LE(consumed, size);
      data += consumed;
      size -= consumed;
      if (found == session::event::message) {
        const message& received = peer().received();
        events_.push_back((received.kind == message_kind::text ? "text:" : "binary:") +
                          std::string(received.payload));
      } else if (found == session::event::request) {
        const wire::request request = peer().take_request();
        events_.push_back(request.method + " " + request.target);
        answer_();
      }
      if (peer().now_in() == phase::deciding) {
        return peer().keep_early_bytes({data, size});
      }
      if (found == session::event::need_bytes) {
        EXPECT_EQ(size, 0U);
        return;
      }
    }
  }
};

}  // namespace broadcast_hub::session::test
