// What a client still gets that has sent its close frame.
#include "fixture.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace broadcast_hub::test {
namespace {

class CloseTest : public hub_fixture {
 protected:
  CloseTest() {
    hub_options roomy = options();
    roomy.outbound.max_queued_bytes = std::size_t{4} * 1024 * 1024;
    hub_.emplace(roomy);
    hub_->on_message([](const connection& peer, const message& received) {
      peer.send(std::string(reply_bytes, received.payload.front()));
    });
    port_ = hub_->listen(0);
    hub_->start();
  }

  static constexpr int replies = 20;
  static constexpr std::size_t reply_bytes = std::size_t{64} * 1024;

  std::optional<hub> hub_;
  std::uint16_t port_ = 0;
};

TEST_P(CloseTest, RepliesToWhatCameBeforeTheCloseStillArrive) {
  ws_client client(port_, "/", {}, 4096);
  std::string requests;
  for (int i = 0; i < replies; ++i)
    requests += client_frame(opcode::text, std::string(1, static_cast<char>('a' + i)));
  client.socket().send(requests + client_close_frame(4001, "enough"));
  for (int i = 0; i < replies; ++i)
    ASSERT_EQ(client.read_text(), std::string(reply_bytes, static_cast<char>('a' + i)));
  const frame closing = client.read_frame();
  EXPECT_EQ(closing.opcode, opcode::close);
  EXPECT_EQ(closing.payload.substr(2), "enough");
  EXPECT_EQ(client.socket().read_to_end(), "");
}

// What nobody reads makes the system reset the connection, and a reset may throw away what the
// peer has not read.
TEST_P(CloseTest, AClientThatSendsOnBehindItsCloseMeetsNoReset) {
  ws_client client(port_);
  client.socket().send(client_close_frame(1000));
  EXPECT_EQ(client.read_close(), 1000U);
  for (int i = 0; i < 100; ++i) {
    client.socket().send(client_frame(opcode::text, std::string(10'000, 'x')));
    pause_between_looks();
  }
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(CloseTest);

}  // namespace
}  // namespace broadcast_hub::test
