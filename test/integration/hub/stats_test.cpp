#include "fixture.hpp"

#include <optional>
#include <vector>

namespace broadcast_hub::test {
namespace {

class StatsTest : public hub_fixture {};

TEST_P(StatsTest, CountsConnectionsThatAreOpenAndThoseThatWere) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  EXPECT_EQ(hub.stats().connections_open, 0U);
  std::vector<std::optional<ws_client>> clients;
  for (int i = 0; i < 5; ++i)
    clients.emplace_back(std::in_place, port);
  const raw_client silent(port);  // a socket, not a connection
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 6; }));
  EXPECT_EQ(hub.stats().connections_open, 5U);
  clients.resize(2);
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 3; }));
  EXPECT_EQ(hub.stats().connections_open, 2U);
  EXPECT_EQ(hub.stats().connections_opened, 5U);
  EXPECT_EQ(hub.stats().connections_closed, 3U);
  EXPECT_EQ(hub.connection_count(), 2U);
}

// Its socket is still there until the peer has answered.
TEST_P(StatsTest, AConnectionThatIsClosingIsStillOpen) {
  hub hub(options());
  hub.on_message([](const connection& peer, const message&) { peer.close(); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.send_text("close me");
  EXPECT_EQ(client.read_close(), 1000U);
  EXPECT_EQ(hub.stats().connections_open, 1U);
  client.send_close(1000);
  EXPECT_EQ(client.socket().read_to_end(), "");
  client.socket().reset();
  EXPECT_TRUE(eventually([&] { return hub.stats().connections_open == 0; }));
}

TEST_P(StatsTest, CountsWholeMessagesReceivedAndNoControlFrames) {
  hub hub(options());
  hub.on_message([](const connection& peer, const message&) { peer.send("got it"); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client first(port);
  ws_client second(port);
  first.send_text("one");
  first.send_binary("two");
  first.socket().send(client_frame(opcode::pong, "no message"));
  second.send_text("");
  for (ws_client* client : {&first, &first, &second})
    EXPECT_EQ(client->read_text(), "got it");
  EXPECT_EQ(hub.stats().messages_received, 3U);
}

TEST_P(StatsTest, CountsDirectMessagesOfEveryKindAndNoPublications) {
  hub hub(options());
  hub.on_message([&](const connection& peer, const message&) {
    peer.send("1");
    EXPECT_FALSE(hub.broadcast_except(peer, "2"));  // to two
    EXPECT_FALSE(hub.broadcast_if([peer](const connection& each) { return each == peer; }, "3"));
    EXPECT_TRUE(hub.broadcast("4"));
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client sender(port);
  ws_client second(port);
  ws_client third(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 3; }));
  sender.send_text("go");
  ASSERT_TRUE(eventually([&] { return hub.stats().deliveries == 3; }));
  EXPECT_TRUE(eventually([&] { return hub.stats().direct_messages == 4; }));
  for (const char* expected : {"1", "3", "4"})
    EXPECT_EQ(sender.read_text(), expected);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(StatsTest);

}  // namespace
}  // namespace broadcast_hub::test
