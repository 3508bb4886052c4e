#include "fixture.hpp"

#include <any>
#include <thread>

namespace broadcast_hub::test {
namespace {

class ConnectionTest : public hub_fixture {};

TEST_P(ConnectionTest, OpensReceivesAndCloses) {
  shared_list<std::string> events;
  hub hub(options());
  hub.on_open([&](const connection& peer) {
    events.add("open " + peer.path());
    peer.send("Gotcha");
  });
  hub.on_message([&](const connection&, const message& received) {
    events.add((received.kind == message_kind::text ? "text " : "binary ") +
               std::string(received.payload));
  });
  hub.on_close([&](const connection& peer, const close_event& event) {
    events.add("close " + std::to_string(static_cast<int>(event.code)) + " " + event.reason +
               (event.clean ? " clean " : " broken ") + peer.path());
  });
  const auto port = hub.listen(0);
  hub.start();
  {
    ws_client client(port, "/live?token=1");
    EXPECT_EQ(client.read_text(), "Gotcha");
    client.send_text("Hello");
    client.send_binary("\x01\x02");
    client.send_close(4200, "done");
    EXPECT_EQ(client.read_close(), 4200U);
    EXPECT_EQ(client.socket().read_to_end(), "");
  }
  ASSERT_TRUE(eventually([&] { return events.size() == 4; }));
  const std::vector<std::string> expected{"open /live", "text Hello", "binary \x01\x02",
                                          "close 4200 done clean /live"};
  EXPECT_EQ(events.all(), expected);
  EXPECT_TRUE(eventually([&] { return hub.connection_count() == 0; }));
}

TEST_P(ConnectionTest, ReportsABrokenSocketAs1006) {
  shared_list<close_event> events;
  hub hub(options());
  hub.on_close([&](const connection&, const close_event& event) { events.add(event); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  client.socket().reset();
  ASSERT_TRUE(eventually([&] { return events.size() == 1; }));
  EXPECT_EQ(events.all().front().code, close_code::abnormal);
  EXPECT_FALSE(events.all().front().clean);
}

TEST_P(ConnectionTest, ClosesBehindWhatWasSentAndBroadcastBefore) {
  hub hub(options());
  hub.on_message([&](const connection& peer, const message&) {
    peer.send("first");
    hub.broadcast("second");
    EXPECT_FALSE(peer.close(close_code{4001}, "that is all"));
    EXPECT_EQ(peer.send("too late"), errc::connection_closing);
    EXPECT_EQ(peer.close(), errc::connection_closing);
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.send_text("go");
  EXPECT_EQ(client.read_text(), "first");
  EXPECT_EQ(client.read_text(), "second");
  EXPECT_EQ(client.read_close(), 4001U);
  hub.broadcast("not for it");
  client.send_close(4001);
  EXPECT_EQ(client.socket().read_to_end(), "");
}

TEST_P(ConnectionTest, ChecksCloseCodesAndReasons) {
  shared_list<connection> peers;
  hub hub(options());
  hub.on_open([&](const connection& peer) { peers.add(peer); });
  const auto port = hub.listen(0);
  hub.start();
  const ws_client client(port);
  ASSERT_TRUE(eventually([&] { return peers.size() == 1; }));
  const connection peer = peers.all().front();
  for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U, 65535U}) {
    EXPECT_EQ(peer.close(static_cast<close_code>(code)), errc::invalid_close_code) << code;
  }
  EXPECT_EQ(peer.close(close_code::normal, std::string(124, 'x')), errc::close_reason_too_long);
  EXPECT_EQ(peer.close(close_code::normal, "\xff"), errc::invalid_utf8);
  EXPECT_FALSE(peer.close(close_code::normal, std::string(123, 'x')));
}

TEST_P(ConnectionTest, AnswersQuestionsFromAnyThreadAndUserDataOnItsOwnOnly) {
  shared_list<connection> peers;
  hub hub(options());
  hub.on_open([&](const connection& peer) {
    *peer.user_data() = std::string("mine");
    peers.add(peer);
  });
  hub.on_message([&](const connection& peer, const message&) {
    peer.send(std::any_cast<std::string>(*peer.user_data()));
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port, "/somewhere");
  ASSERT_TRUE(eventually([&] { return peers.size() == 1; }));
  const connection peer = peers.all().front();

  EXPECT_EQ(peer.remote_address(), "127.0.0.1:" + std::to_string(client.socket().local_port()));
  EXPECT_EQ(peer.path(), "/somewhere");
  EXPECT_EQ(peer.user(), "");
  EXPECT_EQ(to_string(peer.id()), "1");
  EXPECT_EQ(peer.user_data(), nullptr);
  EXPECT_FALSE(peer.send("from another thread"));
  EXPECT_EQ(client.read_text(), "from another thread");
  client.send_text("what is in there?");
  EXPECT_EQ(client.read_text(), "mine");
}

TEST_P(ConnectionTest, IsDefinedAfterThePeerAndAfterTheHub) {
  shared_list<connection> peers;
  std::optional<hub> hub(std::in_place, options());
  hub->on_open([&](const connection& peer) { peers.add(peer); });
  const auto port = hub->listen(0);
  hub->start();
  { const ws_client client(port); }
  ASSERT_TRUE(eventually([&] { return peers.size() == 1 && hub->connection_count() == 0; }));
  const connection peer = peers.all().front();
  const auto expect_gone = [&] {
    EXPECT_EQ(peer.send("anyone?"), errc::connection_gone);
    EXPECT_EQ(peer.close(), errc::connection_gone);
    EXPECT_EQ(peer.close(), condition::unavailable);
    EXPECT_EQ(peer.remote_address(), "");
    EXPECT_EQ(peer.path(), "");
    EXPECT_EQ(peer.user_data(), nullptr);
  };
  EXPECT_TRUE(eventually([&] { return peer.path().empty(); }));
  expect_gone();
  hub.reset();
  expect_gone();
  EXPECT_EQ(connection().send("nobody"), errc::connection_gone);
}

// A peer that leaves at once was once known as 0.0.0.0:0.
TEST_P(ConnectionTest, KnowsTheAddressOfAPeerThatLeavesAtOnce) {
  shared_list<std::string> lines;
  hub_options logged = options();
  logged.log.sink = collect_into(lines);
  logged.log.level = log_level::trace;
  hub hub(logged);
  const auto port = hub.listen(0);
  hub.start();
  for (int i = 0; i < 30; ++i) {
    raw_client hasty(port);
    hasty.send(i % 2 == 0 ? handshake_request() : "nonsense\r\n\r\n");
    hasty.reset();
  }
  ASSERT_TRUE(eventually([&] {
    int ended = 0;
    for (const std::string& line : lines.all()) {
      if (line.find("] ended") != std::string::npos || line.find("] closed") != std::string::npos)
        ++ended;
    }
    return ended == 30;
  }));
  for (const std::string& line : lines.all())
    EXPECT_EQ(line.find("0.0.0.0:0"), std::string::npos) << line;
}

TEST_P(ConnectionTest, CountsAndExplainsBadRequests) {
  shared_list<std::string> lines;
  hub_options logged = options();
  logged.log.sink = collect_into(lines);
  logged.log.level = log_level::warn;
  hub hub(logged);
  const auto port = hub.listen(0);
  hub.start();
  {
    raw_client broken(port);
    broken.send("GET / HTTP/1.1\r\nHost : x\r\n\r\n");
    EXPECT_NE(broken.read_to_end().find("\r\nDate: "), std::string::npos);
  }
  ASSERT_TRUE(eventually([&] { return lines.size() == 1; }));  // counted first
  EXPECT_EQ(hub.stats().bad_requests, 1U);
  EXPECT_NE(lines.all().front().find("sent a bad request: 400, "), std::string::npos);
}

TEST_P(ConnectionTest, KnowsItsAddressAndDataInOnClose) {
  shared_list<std::string> seen;
  hub hub(options());
  hub.on_open([](const connection& peer) { *peer.user_data() = 42; });
  hub.on_close([&](const connection& peer, const close_event&) {
    seen.add(peer.remote_address() + " " + std::to_string(std::any_cast<int>(*peer.user_data())));
    EXPECT_EQ(peer.send("bye"), errc::connection_closing);
  });
  const auto port = hub.listen(0);
  hub.start();
  std::string address;
  {
    ws_client client(port);
    ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
    address = "127.0.0.1:" + std::to_string(client.socket().local_port());
  }
  ASSERT_TRUE(eventually([&] { return seen.size() == 1; }));
  EXPECT_EQ(seen.all().front(), address + " 42");
}

TEST_P(ConnectionTest, IsClosedWith1011WhenAHandlerThrows) {
  shared_list<std::string> lines;
  hub_options logged = options();
  logged.log.sink = collect_into(lines);
  logged.log.level = log_level::error;
  hub hub(logged);
  hub.on_message([](const connection&, const message&) { throw std::runtime_error("oh\nno"); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client thrower(port);
  ws_client other(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 2; }));
  thrower.send_text("go");
  EXPECT_EQ(thrower.read_close(), 1011U);
  hub.broadcast("the hub goes on");
  EXPECT_EQ(other.read_text(), "the hub goes on");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines.all().front().find("on_message threw: oh\\nno"), std::string::npos);
  EXPECT_EQ(hub.stats().handler_failures, 1U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(ConnectionTest);

}  // namespace
}  // namespace broadcast_hub::test
