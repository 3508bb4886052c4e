#include "server_frames.hpp"
#include "session/outbox.hpp"
#include "support/base_seed.hpp"
#include "support/topic_shard.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

/// One life of an outbox, with random publications, sends, pongs, short writes and an end. The
/// bytes that come out are read as a client reads them, and must be whole frames in a legal order.
class conversation {
 public:
  explicit conversation(unsigned seed) : random_(seed) {
    out_.push(outbox::kind::bytes, share(handshake_));
    out_.join_topics(shard_.reader, 0, topic::lane_kind::raw);
    EXPECT_FALSE(out_.subscribe("news"));
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      act();
    }
    end();
    out_.unblock();
    walk();
    while (!out_.empty()) {
      send(1 + below(50));
    }
    check();
  }

 private:
  using outcome = topic::topic::append_result::outcome;
  enum class ending { drained, finished, cut_short };

  std::size_t below(std::size_t limit) { return random_() % limit; }

  /// A payload that begins with a name and is sometimes long.
  std::string payload(const std::string& name) {
    const std::size_t padding = below(40) == 0 ? below(1500) : below(20);
    return name + " " + std::string(padding, '.');
  }

  void act() {
    const auto roll = below(100);
    if (roll < 25) {
      publish();
    } else if (roll < 45) {
      send_direct();
    } else if (roll < 52) {
      out_.push_ahead(wire::make_frame(wire::opcode::pong, "n" + std::to_string(pongs_++)));
    } else if (roll < 54) {
      out_.push_ahead(wire::make_frame(wire::opcode::ping, {}));
    } else if (roll < 60) {
      out_.unblock();
    } else if (!out_.blocked()) {
      send(below(8) == 0 ? 100'000 : below(120));
    }
  }

  void publish() {
    const std::string frame =
        wire::make_frame(wire::opcode::text, payload("p" + std::to_string(published_)));
    directs_before_publication_.push_back(directs_);
    ++published_;
    ASSERT_EQ(shard_.publish("news", frame).what, outcome::appended);
  }

  void send_direct() {
    std::string frame =
        wire::make_frame(wire::opcode::text, payload("d" + std::to_string(directs_)));
    // Publications so far come first, but for a blocked connection.
    publications_before_direct_.push_back(out_.blocked() ? 0 : published_);
    ++directs_;
    out_.push(outbox::kind::direct, share(std::move(frame)));
  }

  void walk() {
    shard_.walk([this](const auto&) { out_.offer_walk(); });
  }

  void send(std::size_t limit) {
    if (below(3) > 0)
      walk();
    std::array<iovec, 6> pieces;
    const std::size_t used = out_.gather({pieces.data(), 1 + below(pieces.size())});
    std::string bytes;
    for (std::size_t i = 0; i < used; ++i) {
      bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    }
    ASSERT_EQ(bytes.empty(), out_.empty());
    const std::size_t sent = std::min(limit, bytes.size());
    out_.advance(sent);
    output_.append(bytes, 0, sent);
    if (sent < bytes.size() && below(4) != 0) {
      out_.block();
    }
  }

  void end() {
    how_ = static_cast<ending>(below(3));
    if (how_ == ending::drained) {
      return;
    }
    const auto close = share(wire::make_close_frame(close_code::normal, {}));
    how_ == ending::finished ? out_.finish_with(close) : out_.cut_short_with(close);
    // Nothing comes behind it.
    const std::string late = wire::make_frame(wire::opcode::text, "late");
    ASSERT_EQ(shard_.publish("news", late).what, outcome::appended);
  }

  void check() {
    ASSERT_EQ(output_.substr(0, handshake_.size()), handshake_);
    std::vector<std::string> frames =
        broadcast_hub::test::server_frames(std::string_view(output_).substr(handshake_.size()));
    if (how_ != ending::drained) {
      ASSERT_FALSE(frames.empty());
      ASSERT_EQ(frames.back(), "close:1000");
      frames.pop_back();
    }
    std::size_t publications = 0;
    std::size_t directs = 0;
    std::optional<int> last_pong;
    for (const std::string& frame : frames) {
      if (frame == "ping:") {
        continue;
      }
      const int number = std::stoi(frame.substr(6));
      if (frame.starts_with("pong:n")) {
        ASSERT_TRUE(!last_pong || *last_pong < number) << frame;
        last_pong = number;
      } else if (frame.starts_with("text:p")) {
        ASSERT_EQ(static_cast<std::size_t>(number), publications++) << frame;
        ASSERT_GE(directs, directs_before_publication_[publications - 1]) << frame;
      } else {
        ASSERT_TRUE(frame.starts_with("text:d")) << frame;
        ASSERT_EQ(static_cast<std::size_t>(number), directs++) << frame;
        ASSERT_GE(publications, publications_before_direct_[directs - 1]) << frame;
      }
    }
    check_totals(publications, directs, last_pong);
  }

  void check_totals(std::size_t publications, std::size_t directs, std::optional<int> last_pong) {
    const topic::tally& count = shard_.reader.count();
    ASSERT_EQ(count.delivered.value(), publications);
    ASSERT_EQ(count.offered.value(), publications + count.dropped_at_end.value());
    ASSERT_EQ(out_.direct_bytes(), 0U);
    ASSERT_EQ(out_.direct_cost(), 0U);
    ASSERT_EQ(out_.pending_publications(), 0U);
    if (how_ == ending::cut_short) {
      return;
    }
    ASSERT_EQ(publications, published_);
    ASSERT_EQ(directs, directs_);
    if (pongs_ > 0) {
      ASSERT_EQ(last_pong, pongs_ - 1);
    }
  }

  std::mt19937 random_;
  const std::string handshake_ = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  broadcast_hub::test::topic_shard shard_{&wire::frame_size};
  outbox out_;

  std::string output_;
  std::size_t published_ = 0;
  std::size_t directs_ = 0;
  int pongs_ = 0;
  std::vector<std::size_t> directs_before_publication_;
  std::vector<std::size_t> publications_before_direct_;
  ending how_ = ending::drained;
};

TEST(OutboxModelTest, WhateverHappensWholeFramesLeaveInALegalOrder) {
  const unsigned base = broadcast_hub::test::base_seed();
  for (unsigned seed = base; seed < base + 1000; ++seed) {
    conversation one(seed);
    one.run(200);
    if (testing::Test::HasFatalFailure()) {
      FAIL() << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::session
