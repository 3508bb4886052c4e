// What a hub holds against its peers behind a pause: a handler that blocks, or SIGSTOP.
#include "fixture.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

/// One shard, which a message "pause" holds up.
class PauseTest : public testing::Test {
 protected:
  void start(std::chrono::milliseconds pause, const hub_options& options,
             const listen_options& listener = {}) {
    hub_.emplace(options);
    hub_->on_message([this, pause](const connection& peer, const message& received) {
      if (received.payload == "publish") {
        for (int i = 0; i < publications; ++i)
          hub_->broadcast(std::string(payload_bytes, 'p'));
      } else if (received.payload == "pause") {
        paused_.open();
        std::this_thread::sleep_for(pause);
      } else {
        peer.send("behind the pause");
      }
    });
    port_ = hub_->listen(listener);
    hub_->start();
  }

  /// The loop's alarm becomes due, for a ping, so it is first among what is ready behind the pause.
  void wait_for_alarm() const {
    paused_.wait();
    std::this_thread::sleep_for(1s);
  }

  static constexpr int crowd = 300;  // more than the loop hears of in one turn
  static constexpr int publications = 30;
  static constexpr std::size_t payload_bytes = std::size_t{16} * 1024;

  std::optional<hub> hub_;
  gate paused_;
  std::uint16_t port_ = 0;
};

TEST_F(PauseTest, PeersThatAnsweredMeanwhileStay) {
  hub_options options;
  options.heartbeat = {.ping_after = 500ms, .pong_within = 3s};
  start(4s, options);
  std::vector<ws_client> peers;
  for (int i = 0; i < crowd; ++i)
    peers.emplace_back(port_);
  for (ws_client& peer : peers)
    ASSERT_EQ(peer.read_frame().opcode, opcode::ping);
  ws_client other(port_);
  other.send_text("pause");
  wait_for_alarm();
  for (ws_client& peer : peers)
    peer.socket().send(client_frame(opcode::pong, ""));
  other.send_text("over?");
  frame answer = other.read_frame();
  while (answer.opcode == opcode::ping)
    answer = other.read_frame();
  EXPECT_EQ(answer.payload, "behind the pause");
  EXPECT_EQ(hub_->stats().idle_timeouts, 0U);
  EXPECT_EQ(hub_->connection_count(), crowd + 1U);
}

TEST_F(PauseTest, RequestsThatCameMeanwhileAreAnswered) {
  hub_options options;
  options.timeouts.handshake = 2s;
  options.heartbeat.ping_after = 500ms;
  start(3s, options);
  ws_client other(port_);
  std::vector<raw_client> sockets;
  for (int i = 0; i < crowd; ++i)
    sockets.emplace_back(port_);
  ASSERT_TRUE(eventually([&] { return hub_->stats().sockets_open == crowd + 1U; }));
  other.send_text("pause");
  wait_for_alarm();
  for (raw_client& socket : sockets)
    socket.send(handshake_request());
  for (raw_client& socket : sockets)
    ASSERT_EQ(socket.read_until("\r\n"), "HTTP/1.1 101 Switching Protocols\r\n");
}

// The age of what a subscriber has not been sent counts the pause, too, in which it has read all
// that it was sent.
TEST_F(PauseTest, ASubscriberThatReadMeanwhileIsNotBehind) {
  hub_options options;
  options.topics.defaults.max_lag = 1s;
  listen_options listener;
  listener.sockets.send_buffer_bytes = std::size_t{4} * 1024;
  start(2s, options, listener);
  ws_client reader(port_, "/", {}, 4096);
  ws_client other(port_);
  other.send_text("publish");
  ASSERT_EQ(reader.read_text().size(), payload_bytes);  // so the rest waits
  other.send_text("pause");
  paused_.wait();
  for (int i = 1; i < publications; ++i) {
    const frame next = reader.read_frame();
    ASSERT_EQ(next.opcode, opcode::text) << i;
    ASSERT_EQ(next.payload.size(), payload_bytes);
  }
}

}  // namespace
}  // namespace broadcast_hub::test
