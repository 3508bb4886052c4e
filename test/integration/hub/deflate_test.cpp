#include "fixture.hpp"
#include "wire/deflater.hpp"
#include "wire/frame_encoder.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

std::string row(int number) {
  std::string text = R"({"number":)" + std::to_string(number) + ",\"prices\":[";
  for (int i = 0; i < 100; ++i)
    text += R"({"price":100},)";
  return text + "0]}";
}

/// A hub with permessage-deflate; some clients offer it and some do not.
class DeflateTest : public hub_fixture {
 protected:
  void begin(hub_options chosen) {
    hub_ = std::make_unique<hub>(std::move(chosen));
    hub_->on_message([this](const connection&, const message& received) {
      received_.add(std::string(received.payload));
    });
    listen_options door;
    door.permessage_deflate = true;
    port_ = hub_->listen(door);
    hub_->start();
  }
  void begin() { begin(options()); }

  ws_client plain() const { return ws_client(port_); }
  ws_client deflating(int receive_buffer = 0) const {
    return ws_client(port_, "/", deflate_offer, receive_buffer);
  }
  void await_connections(std::size_t count) const {
    ASSERT_TRUE(eventually([&] { return hub_->connection_count() == count; }));
  }

  shared_list<std::string> received_;
  std::unique_ptr<hub> hub_;
  std::uint16_t port_ = 0;
};

TEST_P(DeflateTest, APublicationIsCompressedOnceHoweverManyReceiveIt) {
  begin();
  std::vector<ws_client> clients;
  for (int i = 0; i < 6; ++i)
    clients.push_back(i % 2 == 0 ? deflating() : plain());
  await_connections(6);
  for (int number = 0; number < 20; ++number)
    ASSERT_TRUE(hub_->broadcast(row(number)));
  for (int i = 0; i < 6; ++i) {
    for (int number = 0; number < 20; ++number) {
      const frame next = clients[static_cast<std::size_t>(i)].read_frame();
      EXPECT_EQ(next.payload, row(number));
      EXPECT_EQ(next.compressed, i % 2 == 0);
    }
  }
  EXPECT_EQ(hub_->stats().compressions, 20U);
}

TEST_P(DeflateTest, NothingIsCompressedForClientsThatDoNotWantIt) {
  begin();
  ws_client client = plain();
  await_connections(1);
  ASSERT_TRUE(hub_->broadcast(row(1)));
  EXPECT_EQ(client.read_text(), row(1));
  EXPECT_EQ(hub_->stats().compressions, 0U);
  EXPECT_EQ(client.response().find("Sec-WebSocket-Extensions"), std::string::npos);
}

TEST_P(DeflateTest, AListenerWithoutItDeclines) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port, "/", deflate_offer);
  EXPECT_EQ(client.response().find("Sec-WebSocket-Extensions"), std::string::npos);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  ASSERT_TRUE(hub.broadcast(row(1)));
  EXPECT_EQ(client.read_frame(), (frame{opcode::text, row(1)}));
}

TEST_P(DeflateTest, SmallPayloadsAndThoseThatDoNotShrinkGoAsTheyAre) {
  hub_options chosen = options();
  chosen.compression.min_payload_bytes = 100;
  begin(chosen);
  ws_client client = deflating();
  await_connections(1);
  ASSERT_TRUE(hub_->broadcast(std::string(99, 'x')));
  ASSERT_TRUE(hub_->broadcast(std::string(100, 'x')));
  std::string all_different;
  for (int i = 0; i < 256; ++i)
    all_different += static_cast<char>(i);
  ASSERT_TRUE(hub_->broadcast(all_different, message_kind::binary));
  EXPECT_EQ(client.read_frame(), (frame{opcode::text, std::string(99, 'x')}));
  EXPECT_EQ(client.read_frame(), (frame{opcode::text, std::string(100, 'x'), true}));
  EXPECT_EQ(client.read_frame(), (frame{opcode::binary, all_different}));
}

// The last moment to find out that somebody wants it compressed is under the lock of the topic.
TEST_P(DeflateTest, WhatIsRefusedIsNotCompressed) {
  hub_options chosen = options();
  chosen.topics.defaults.max_lag_bytes = 1024;
  begin(chosen);
  ws_client client = deflating();
  await_connections(1);
  EXPECT_EQ(hub_->broadcast(row(1)).error, errc::message_too_big);
  EXPECT_EQ(hub_->broadcast("\xff").error, errc::invalid_utf8);
  EXPECT_EQ(hub_->stats().compressions, 0U);
  ASSERT_TRUE(hub_->broadcast(std::string(1000, 'x')));
  EXPECT_EQ(client.read_frame(), (frame{opcode::text, std::string(1000, 'x'), true}));
  EXPECT_EQ(hub_->stats().compressions, 1U);
}

TEST_P(DeflateTest, DirectMessagesGoAsTheyAreAndInOrder) {
  hub hub(options());
  hub.on_message([&hub](const connection& peer, const message&) {
    hub.broadcast(row(1));
    peer.send(row(2));
    hub.broadcast(row(3));
  });
  listen_options door;
  door.permessage_deflate = true;
  const auto port = hub.listen(door);
  hub.start();
  ws_client client(port, "/", deflate_offer);
  client.send_text("go");
  EXPECT_EQ(client.read_frame(), (frame{opcode::text, row(1), true}));
  EXPECT_EQ(client.read_frame(), (frame{opcode::text, row(2), false}));
  EXPECT_EQ(client.read_frame(), (frame{opcode::text, row(3), true}));
}

TEST_P(DeflateTest, CompressedMessagesOfClientsAreRead) {
  begin();
  ws_client client = deflating();
  wire::deflater deflater(6);
  frame_options marked;
  marked.rsv = 4;
  const auto payload = wire::payload_of(deflater.make_frame(wire::opcode::text, row(7)));
  client.socket().send(client_frame(opcode::text, payload, marked));
  client.send_text("plain");
  ASSERT_TRUE(eventually([&] { return received_.size() == 2; }));
  EXPECT_EQ(received_.all(), (std::vector<std::string>{row(7), "plain"}));
}

TEST_P(DeflateTest, ABombClosesItsConnectionOnly) {
  begin();
  ws_client bomber = deflating();
  ws_client client = deflating();
  await_connections(2);
  wire::deflater deflater(9);
  frame_options marked;
  marked.rsv = 4;
  const std::string zeros(20'000'000, '\0');
  const auto payload = wire::payload_of(deflater.make_frame(wire::opcode::binary, zeros));
  ASSERT_LT(payload.size(), 64U * 1024);
  bomber.socket().send(client_frame(opcode::binary, payload, marked));
  EXPECT_EQ(bomber.read_close(), 1009U);
  ASSERT_TRUE(hub_->broadcast(row(1)));
  EXPECT_EQ(client.read_text(), row(1));
  EXPECT_EQ(received_.size(), 0U);
}

TEST_P(DeflateTest, AHistoryIsReadAsItWasPublished) {
  hub_options chosen = options();
  chosen.topics.defaults.history.max_publications = 10;
  begin(chosen);
  ws_client client = deflating();
  await_connections(1);
  for (int number = 1; number <= 3; ++number)
    ASSERT_TRUE(hub_->broadcast(row(number)));
  for (int number = 1; number <= 3; ++number)
    EXPECT_EQ(client.read_frame(), (frame{opcode::text, row(number), true}));
  const history_result past = hub_->history("default", 0, 10);
  ASSERT_EQ(past.publications.size(), 3U);
  EXPECT_EQ(past.publications[2].payload, row(3));
}

// A slow client skips whole publications, never a part of one.
TEST_P(DeflateTest, PoliciesHoldForCompressedPublicationsToo) {
  hub_options chosen = options();
  chosen.topics.defaults.slow_consumers = slow_consumer_policy::drop_oldest;
  chosen.topics.defaults.max_lag_bytes = 64 * 1024;
  begin(chosen);
  ws_client slow = deflating(4096);
  await_connections(1);
  int last = 0;
  ASSERT_TRUE(eventually([&] {
    for (int i = 0; i < 100; ++i)
      hub_->broadcast(row(++last));
    return hub_->stats().dropped_oldest >= 100;
  }));
  int read = 0;
  frame next;
  do {
    next = slow.read_frame();
    EXPECT_TRUE(next.compressed);
    ++read;
  } while (next.payload != row(last));
  EXPECT_LT(read, last);
  ASSERT_TRUE(eventually([&] { return hub_->stats().pending == 0; }));
  EXPECT_EQ(hub_->stats().deliveries + hub_->stats().dropped_oldest,
            static_cast<std::uint64_t>(last));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(DeflateTest);

// A message of 80 bytes may stand for 64 KiB: a piece read at once must not hold thousands.
TEST(DeflateFairnessTest, ABurstOfBombsLeavesOthersTheirTurn) {
  std::promise<void> gate;
  std::future<void> opened = gate.get_future();
  std::promise<void> held;  // the only shard
  std::atomic<int> bombs{0};
  std::atomic<int> bombs_before{-1};
  hub hub;
  hub.on_message([&](const connection&, const message& received) {
    if (received.payload == "wait") {
      held.set_value();
      opened.wait();
    } else if (received.payload == "my turn") {
      bombs_before = bombs.load();
    } else {
      ++bombs;
    }
  });
  listen_options door;
  door.permessage_deflate = true;
  const auto port = hub.listen(door);
  hub.start();
  ws_client bomber(port, "/", deflate_offer);
  ws_client other(port);
  ws_client waiting(port);
  waiting.send_text("wait");
  held.get_future().wait();
  wire::deflater deflater(9);
  frame_options marked;
  marked.rsv = 4;
  const std::string zeros(60'000, '\0');
  const std::string bomb = client_frame(
      opcode::binary, wire::payload_of(deflater.make_frame(wire::opcode::binary, zeros)), marked);
  std::string burst;
  for (int i = 0; i < 1'000; ++i)
    burst += bomb;
  ASSERT_LT(burst.size(), 256U * 1024);
  bomber.socket().send(burst);
  other.send_text("my turn");
  gate.set_value();
  ASSERT_TRUE(eventually([&] { return bombs == 1'000; }));
  EXPECT_GE(bombs_before, 0);
  EXPECT_LT(bombs_before, 200);
}

// Whoever negotiated compression may send without it, and then one turn reads as much as from
// others.
TEST(DeflateFairnessTest, ABurstWithoutCompressionIsAnsweredInOneSend) {
  constexpr int count = 100;
  std::promise<void> gate;
  std::future<void> opened = gate.get_future();
  std::promise<void> held;  // the only shard
  hub hub;
  hub.on_message([&](const connection&, const message& received) {
    if (received.payload == "wait") {
      held.set_value();
      opened.wait();
    } else {
      hub.broadcast(received.payload);
    }
  });
  listen_options door;
  door.permessage_deflate = true;
  const auto port = hub.listen(door);
  hub.start();
  ws_client client(port, "/", deflate_offer);
  ws_client waiting(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 2; }));
  waiting.send_text("wait");
  held.get_future().wait();
  const std::uint64_t calls_before = hub.stats().send_calls;
  std::string burst;
  for (int i = 0; i < count; ++i)
    burst += client_frame(opcode::text, std::string(500, 'x'));
  client.socket().send(burst);
  gate.set_value();
  for (int i = 0; i < count; ++i)
    EXPECT_EQ(client.read_text().size(), 500U);
  waiting.read_text();
  // Two clients, and a few more in case that not all had arrived when the first piece was read.
  EXPECT_LT(hub.stats().send_calls - calls_before, 12U);
}

}  // namespace
}  // namespace broadcast_hub::test
