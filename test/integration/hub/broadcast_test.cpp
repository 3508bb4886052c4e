#include "fixture.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

class BroadcastTest : public hub_fixture {};

TEST_P(BroadcastTest, ReachesEveryConnection) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> clients;
  for (int i = 0; i < 10; ++i)
    clients.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 10; }));

  const publish_result result = hub.broadcast("to all");

  EXPECT_TRUE(result);
  EXPECT_EQ(result.offset, 1U);
  EXPECT_EQ(result.subscribers, 10U);
  for (ws_client& client : clients)
    EXPECT_EQ(client.read_text(), "to all");
}

TEST_P(BroadcastTest, ASubscriberIsCountedOnceItsConnectionIsOpen) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  EXPECT_EQ(hub.broadcast("nobody hears this").subscribers, 0U);
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  hub.broadcast("first heard");
  EXPECT_EQ(client.read_text(), "first heard");
}

TEST_P(BroadcastTest, BinaryStaysBinary) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  const std::string bytes("\x00\xff\x80", 3);
  ASSERT_TRUE(hub.broadcast(bytes, message_kind::binary));
  EXPECT_EQ(client.read_frame(), (frame{opcode::binary, bytes}));
}

TEST_P(BroadcastTest, RefusesTextThatIsNotUtf8AndSendsNothing) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  EXPECT_EQ(hub.broadcast("\xc3(").error, errc::invalid_utf8);
  EXPECT_EQ(hub.broadcast_if([](const connection&) { return true; }, "\xc3("), errc::invalid_utf8);
  hub.broadcast("next");
  EXPECT_EQ(client.read_text(), "next");
}

TEST_P(BroadcastTest, RefusesWhatNoSubscriberCouldLagBy) {
  hub_options small = options();
  small.topics.defaults.max_lag_bytes = 64 * 1024;
  hub hub(small);
  EXPECT_EQ(hub.broadcast(std::string(64 * 1024, 'x')).error, errc::message_too_big);
  EXPECT_TRUE(hub.broadcast(std::string(64 * 1024 - 10, 'x')));
}

TEST_P(BroadcastTest, HasOneOrderForAllSubscribersWhateverThreadsPublish) {
  constexpr int publishers = 4;
  constexpr int each = 500;
  constexpr int subscribers = 6;
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> clients;
  for (int i = 0; i < subscribers; ++i)
    clients.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == subscribers; }));

  std::vector<std::thread> threads;
  for (int p = 0; p < publishers; ++p) {
    threads.emplace_back([&hub, p] {
      for (int i = 0; i < each; ++i) {
        EXPECT_TRUE(hub.broadcast(std::to_string(p) + ":" + std::to_string(i)));
      }
    });
  }
  std::vector<std::string> order;
  for (int i = 0; i < publishers * each; ++i)
    order.push_back(clients.front().read_text());
  for (std::thread& thread : threads)
    thread.join();

  std::vector<int> next(publishers, 0);
  for (const std::string& text : order) {
    const auto publisher = static_cast<std::size_t>(text.front() - '0');
    EXPECT_EQ(text, std::to_string(publisher) + ":" + std::to_string(next.at(publisher)++));
  }
  for (std::size_t c = 1; c < clients.size(); ++c) {
    for (const std::string& expected : order)
      ASSERT_EQ(clients[c].read_text(), expected);
  }
}

TEST_P(BroadcastTest, KeepsTheOrderOfTheProgramOnTheConnectionsOwnShard) {
  hub hub(options());
  hub.on_message([&](const connection& peer, const message&) {
    peer.send("A");
    hub.broadcast("B");
    peer.send("C");
    hub.broadcast_if([peer](const connection& other) { return other == peer; }, "D");
    hub.broadcast("E");
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.send_text("go");
  for (const char* expected : {"A", "B", "C", "D", "E"})
    EXPECT_EQ(client.read_text(), expected);
}

TEST_P(BroadcastTest, LeavesOneOut) {
  hub hub(options());
  hub.on_message([&](const connection& peer, const message& received) {
    hub.broadcast_except(peer, received.payload);
    peer.send("yours is gone to the others");
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client sender(port);
  ws_client other(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 2; }));
  sender.send_text("hello");
  EXPECT_EQ(other.read_text(), "hello");
  EXPECT_EQ(sender.read_text(), "yours is gone to the others");
}

TEST_P(BroadcastTest, AsksThePredicateOnEachShardWhereUserDataWorks) {
  hub hub(options());
  hub.on_open([](const connection& peer) { *peer.user_data() = peer.path() == "/red"; });
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> red;
  std::vector<ws_client> blue;
  for (int i = 0; i < 4; ++i) {
    red.emplace_back(port, "/red");
    blue.emplace_back(port, "/blue");
  }
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 8; }));
  const auto is_red = [](const connection& peer) { return std::any_cast<bool>(*peer.user_data()); };
  EXPECT_FALSE(hub.broadcast_if(is_red, "for red"));
  for (ws_client& client : red)
    EXPECT_EQ(client.read_text(), "for red");
  hub.broadcast("for all");
  for (ws_client& client : blue)
    EXPECT_EQ(client.read_text(), "for all");
}

TEST(BroadcastArgumentTest, AnEmptyFunctionIsRefused) {
  hub hub;
  EXPECT_THROW(hub.broadcast_if(nullptr, "x"), std::invalid_argument);
  EXPECT_THROW(hub.for_each_connection(nullptr), std::invalid_argument);
}

TEST_P(BroadcastTest, VisitsEveryConnectionOnce) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> clients;
  for (int i = 0; i < 9; ++i)
    clients.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 9; }));
  shared_list<std::string> seen;
  EXPECT_FALSE(hub.for_each_connection([&](const connection& peer) {
    seen.add(peer.remote_address());
    peer.send("seen");
  }));
  for (ws_client& client : clients)
    EXPECT_EQ(client.read_text(), "seen");
  EXPECT_EQ(seen.size(), 9U);
}

TEST_P(BroadcastTest, TellsAPublisherThatTheShardsAreBehindAndLosesNothing) {
  hub_options small = options();
  small.topics.defaults.max_lag_bytes = 1024 * 1024;
  small.outbound.max_backlog_bytes = 1024 * 1024;
  hub hub(small);
  shared_list<std::size_t> accepted;
  hub.on_message([&](const connection&, const message&) {
    // In a handler nothing leaves, so the backlog must fill.
    std::size_t count = 0;
    publish_result last;
    while ((last = hub.broadcast(std::string(100'000, 'x'))))
      ++count;
    EXPECT_EQ(last.error, errc::overloaded);
    EXPECT_EQ(last.error, condition::overloaded);
    accepted.add(count);
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.send_text("go");
  ASSERT_TRUE(eventually([&] { return accepted.size() == 1; }));
  ASSERT_GT(accepted.all().front(), 5U);
  for (std::size_t i = 0; i < accepted.all().front(); ++i) {
    EXPECT_EQ(client.read_text().size(), 100'000U);
  }
}

TEST_P(BroadcastTest, CostsOneSystemCallPerSubscriberForEverythingOfOneTurn) {
  hub hub(options());
  hub.on_message([&](const connection&, const message&) {
    for (int i = 0; i < 100; ++i)
      hub.broadcast("x");
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.stats().send_calls == 1; }));  // the handshake
  client.send_text("go");
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(client.read_text(), "x");
  EXPECT_TRUE(eventually([&] { return hub.stats().deliveries == 100; }));
  EXPECT_EQ(hub.stats().send_calls, 2U);
}

// The usual pattern: the sender gets an answer, and everybody the news.
TEST_P(BroadcastTest, CostsOneSystemCallForAnswersAndPublicationsTogether) {
  hub hub(options());
  hub.on_open([](const connection& peer) { peer.subscribe("other"); });
  hub.on_message([&](const connection& peer, const message&) {
    hub.broadcast("before");
    peer.send("answer");
    hub.broadcast("after");
    hub.publish("other", "too");
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.stats().send_calls == 1; }));  // the handshake
  client.send_text("go");
  EXPECT_EQ(client.read_text(), "before");
  EXPECT_EQ(client.read_text(), "answer");
  const std::vector<std::string> rest{client.read_text(), client.read_text()};
  EXPECT_THAT(rest, testing::UnorderedElementsAre("after", "too"));
  EXPECT_TRUE(eventually([&] { return hub.stats().deliveries == 3; }));
  EXPECT_EQ(hub.stats().send_calls, 2U);
}

// Its bytes are there once, however many shards send them; it was refused for ever where they were
// counted once for each.
TEST_P(BroadcastTest, ALargeDirectMessageFitsWhenNothingElseWaits) {
  hub_options small = options();
  small.topics.defaults.max_lag_bytes = 1024;
  small.outbound.max_queued_bytes = 1024 * 1024;
  small.outbound.max_backlog_bytes = 256 * 1024;
  hub hub(small);
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 3; ++i) {
    const auto to_all = [](const connection&) { return true; };
    ASSERT_TRUE(eventually([&] { return !hub.broadcast_if(to_all, large); }));
    EXPECT_EQ(client.read_text(), large);
  }
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(BroadcastTest);

}  // namespace
}  // namespace broadcast_hub::test
