// Joining and resuming while publishers go on: nothing is missed, nothing comes twice.

#include "fixture.hpp"
#include "protocol_client.hpp"
#include "support/base_seed.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

/// Two threads publish without a pause.
class RecoveryTest : public hub_fixture {
 protected:
  static constexpr std::uint64_t publications = 20'000;

  void begin() {
    hub_options chosen = options();
    topic_rule kept{"kept", {}};
    kept.options.history.max_publications = 2 * publications;
    kept.options.history.max_bytes = std::size_t{64} * 1024 * 1024;
    kept.options.max_lag_bytes = std::size_t{64} * 1024 * 1024;
    chosen.topics.rules = {kept};
    chosen.topics.max_log_bytes = std::size_t{1} << 30U;
    chosen.outbound.max_queued_bytes = std::size_t{64} * 1024 * 1024;
    hub_ = std::make_unique<hub>(chosen);
    port_ = hub_->listen(listen_);
    hub_->start();
  }

  void publish_all() {
    for (int i = 0; i < 2; ++i) {
      publishers_.emplace_back([this] {
        for (std::uint64_t n = 0; n < publications / 2; ++n) {
          ASSERT_TRUE(hub_->publish("kept", std::to_string(n)));
          if (n % 64 == 0)
            std::this_thread::yield();
        }
      });
    }
  }

  ~RecoveryTest() override {
    for (std::thread& each : publishers_)
      each.join();
  }

  listen_options listen_;
  std::unique_ptr<hub> hub_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> publishers_;
};

/// What a client rule checks: offsets one by one.
class resuming_client {
 public:
  explicit resuming_client(std::uint16_t port) : port_(port) {}

  /// Connects, resumes, and reads `count` frames unless all have come.
  void live_for(std::uint64_t count, std::uint64_t last) {
    protocol_client client(port_);
    const std::string entry =
        epoch_.empty() ? R"({"last":10000})"
                       : R"({"e":")" + epoch_ + R"(","o":)" + std::to_string(seen_) + "}";
    const std::string answer = client.ask(R"({"id":1,"sub":{"kept":)" + entry + "}}");
    if (epoch_.empty()) {
      epoch_ = epoch_of(answer);
      const std::uint64_t replayed = std::stoull(part_of(answer, R"("n":)", '}'));
      seen_ = std::stoull(part_of(answer, R"("o":)", ',')) - replayed;
    } else {
      ASSERT_NE(answer.find(R"("rec":true)"), std::string::npos) << answer;
    }
    for (; count > 0 && seen_ < last; --count) {
      const std::string frame = client.read();
      ASSERT_EQ(part_of(frame, R"("o":)", ','), std::to_string(seen_ + 1)) << frame;
      ++seen_;
    }
  }

  std::uint64_t seen() const noexcept { return seen_; }

 private:
  std::uint16_t port_;
  std::string epoch_;
  std::uint64_t seen_ = 0;
};

TEST_P(RecoveryTest, WhoComesAndGoesAmidPublishersSeesEverythingOnce) {
  begin();
  std::mt19937_64 random(base_seed());
  publish_all();
  std::vector<resuming_client> clients(8, resuming_client(port_));
  bool all_done = false;
  while (!all_done && !HasFatalFailure()) {
    all_done = true;
    for (resuming_client& each : clients) {
      each.live_for(1 + random() % 3000, publications);
      all_done = all_done && each.seen() == publications;
    }
  }
  EXPECT_EQ(hub_->stats().not_recovered, 0U);
}

/// A client whose socket takes little, and that reads only when it is asked to.
class slow_client {
 public:
  explicit slow_client(std::uint16_t port)
      : socket_(port, "/", "Sec-WebSocket-Protocol: bhub.v1\r\n", 4096) {
    socket_.read_text();
    socket_.send_text(R"({"id":1,"sub":{"kept":{}}})");
    epoch_ = epoch_of(socket_.read_text());
  }

  void move_to(std::uint64_t offset) {
    socket_.send_text(R"({"id":2,"sub":{"kept":{"e":")" + epoch_ + R"(","o":)" +
                      std::to_string(offset) + "}}}");
  }

  /// Reads up to the answer, which is returned.
  std::string read_answer() {
    std::string frame = socket_.read_text();
    while (frame.find(R"("id":2)") == std::string::npos)
      frame = socket_.read_text();
    return frame;
  }

  std::uint64_t next_offset() { return std::stoull(part_of(socket_.read_text(), R"("o":)", ',')); }

 private:
  ws_client socket_;
  std::string epoch_;
};

// What is moved stays subscribed, also where the client is ahead of what its full socket took.
TEST_P(RecoveryTest, ASubscriptionIsMovedWhileTheSocketIsFull) {
  constexpr std::uint64_t many = 2000;
  listen_.sockets.send_buffer_bytes = 4096;
  begin();
  const auto publish_many = [&] {
    const std::string payload = '"' + std::string(1000, 'x') + '"';
    for (std::uint64_t i = 0; i < many; ++i)
      ASSERT_TRUE(hub_->publish("kept", payload));
  };
  for (const std::uint64_t behind : {many - 1, std::uint64_t{0}}) {
    slow_client client(port_);
    const std::uint64_t recovered = hub_->stats().recovered;
    publish_many();
    ASSERT_TRUE(eventually([&] { return hub_->stats().pending > many / 2; }));
    const std::uint64_t seen = hub_->history("kept", 0, 0).newest_offset - behind;
    client.move_to(seen);
    ASSERT_TRUE(eventually([&] { return hub_->stats().recovered == recovered + 1; }));
    publish_many();

    const std::string answer = client.read_answer();
    const std::uint64_t replayed = std::stoull(part_of(answer, R"("n":)", '}'));
    std::uint64_t last = std::stoull(part_of(answer, R"("o":)", ',')) - replayed;
    EXPECT_EQ(last, seen);
    EXPECT_EQ(replayed > 0, behind > 0);
    while (last < seen + behind + many) {
      const std::uint64_t next = client.next_offset();
      ASSERT_LE(next, last + 1);
      last = std::max(last, next);
    }
  }
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(RecoveryTest);

}  // namespace
}  // namespace broadcast_hub::test
