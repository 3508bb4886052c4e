#include "fixture.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

class LifeTest : public hub_fixture {};

/// What is installed for SIGTERM.
sighandler_t disposition() {
  struct sigaction now {};
  ::sigaction(SIGTERM, nullptr, &now);
  return now.sa_handler;
}

TEST_P(LifeTest, StopsEveryConnectionWith1001) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> clients;
  for (int i = 0; i < 6; ++i)
    clients.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 6; }));
  hub.broadcast("the last word");
  std::thread stopper([&] { hub.stop(10s); });
  for (ws_client& client : clients) {
    EXPECT_EQ(client.read_text(), "the last word");
    EXPECT_EQ(client.read_close(), 1001U);
    client.send_close(1001);
    EXPECT_EQ(client.socket().read_to_end(), "");
  }
  stopper.join();
  EXPECT_EQ(hub.connection_count(), 0U);
  EXPECT_EQ(hub.stats().connections_closed, 6U);
}

TEST_P(LifeTest, EndsPeersThatDoNotAnswerAtTheDeadline) {
  shared_list<close_event> events;
  hub hub(options());
  hub.on_close([&](const connection&, const close_event& event) { events.add(event); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client silent(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  hub.stop(50ms);
  EXPECT_EQ(silent.read_close(), 1001U);
  EXPECT_EQ(silent.socket().read_to_end(), "");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.all().front().code, close_code::going_away);
  EXPECT_FALSE(events.all().front().clean);
}

TEST_P(LifeTest, FreesItsPortAtOnce) {
  hub first(options());
  const auto port = first.listen(0);
  first.start();
  const ws_client client(port);
  first.stop(1ms);
  hub second(options());
  EXPECT_EQ(second.listen(port), port);
}

TEST_P(LifeTest, RunServesUntilAnotherThreadStopsIt) {
  hub hub(options());
  const auto port = hub.listen(0);
  std::thread server([&] { hub.run(); });
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  hub.stop(1ms);
  server.join();
  EXPECT_EQ(client.read_close(), 1001U);
}

TEST_P(LifeTest, AHandlerMayAskForTheStop) {
  hub hub(options());
  hub.on_message([&](const connection&, const message&) { hub.stop(1ms); });
  const auto port = hub.listen(0);
  std::thread server([&] { hub.run(); });
  ws_client client(port);
  client.send_text("stop");
  server.join();
  EXPECT_EQ(hub.connection_count(), 0U);
}

TEST_P(LifeTest, TheDestructorStops) {
  shared_list<int> closed;
  {
    hub hub(options());
    hub.on_close([&](const connection&, const close_event&) { closed.add(1); });
    const auto port = hub.listen(0);
    hub.start();
    ws_client client(port);
    ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
    client.socket().reset();
  }
  EXPECT_EQ(closed.size(), 1U);
}

TEST_P(LifeTest, IsStartedOnceOnly) {
  hub hub(options());
  hub.start();
  EXPECT_THROW(hub.start(), std::logic_error);
  EXPECT_THROW(hub.run(), std::logic_error);
  EXPECT_THROW(hub.on_open([](const connection&) {}), std::logic_error);
  EXPECT_THROW(hub.on_message([](const connection&, const message&) {}), std::logic_error);
  EXPECT_THROW(hub.on_close([](const connection&, const close_event&) {}), std::logic_error);
  EXPECT_THROW(hub.on_upgrade([](const upgrade_request&) { return upgrade_reply(); }),
               std::logic_error);
  EXPECT_THROW(hub.on_upgrade([](const upgrade_request&, const upgrade_responder&) {}),
               std::logic_error);
  hub.stop();
  hub.stop();
  EXPECT_THROW(hub.start(), std::logic_error);
}

TEST_P(LifeTest, AStoppedHubRefusesEverything) {
  hub hub(options());
  hub.listen(0);
  hub.stop();
  EXPECT_EQ(hub.broadcast("x").error, errc::hub_stopped);
  EXPECT_EQ(hub.broadcast_if([](const connection&) { return true; }, "x"), errc::hub_stopped);
  EXPECT_EQ(hub.for_each_connection([](const connection&) {}), errc::hub_stopped);
  EXPECT_THROW(hub.start(), std::logic_error);
  try {
    hub.listen(0);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), errc::hub_stopped);
  }
}

TEST_P(LifeTest, SeveralThreadsMayStopIt) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  const ws_client client(port);
  std::vector<std::thread> stoppers;
  for (int i = 0; i < 4; ++i)
    stoppers.emplace_back([&] { hub.stop(20ms); });
  for (std::thread& stopper : stoppers)
    stopper.join();
  EXPECT_EQ(hub.connection_count(), 0U);
}

// A stop that came between the first step of a start and its threads once ended the process.
TEST_P(LifeTest, MayBeStoppedWhileItStarts) {
  for (int i = 0; i < 300; ++i) {
    hub hub(options());
    hub.listen(0);
    std::thread starter([&] {
      try {
        hub.start();
      } catch (const std::logic_error&) {  // the stop was first
      }
    });
    hub.stop(1ms);
    starter.join();
    hub.stop(1ms);
    EXPECT_EQ(hub.broadcast("x").error, errc::hub_stopped);
  }
}

TEST_P(LifeTest, WaitsAsLongAsItTakesWhenAskedTo) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  std::thread stopper([&] { hub.stop(std::chrono::milliseconds::max()); });
  EXPECT_EQ(client.read_close(), 1001U);
  client.send_close(1001);
  EXPECT_EQ(client.socket().read_to_end(), "");
  stopper.join();
}

TEST_P(LifeTest, WaitsForNobodyWhenNobodyIsConnected) {
  hub hub(options());
  const auto port = hub.listen(0);
  hub.start();
  { const ws_client client(port); }
  const raw_client idle(port);  // has not asked for anything
  ASSERT_TRUE(eventually(
      [&] { return hub.stats().sockets_open == 1 && hub.stats().connections_closed == 1; }));
  hub.stop(std::chrono::milliseconds::max());
  EXPECT_EQ(hub.stats().sockets_open, 0U);
}

TEST_P(LifeTest, ASecondSignalDoesNotWaitForThePeers) {
  shared_list<close_event> events;
  hub_options patient = options();
  patient.timeouts.shutdown = 24h;
  patient.timeouts.close = 24h;
  hub hub(patient);
  hub.on_close([&](const connection&, const close_event& event) { events.add(event); });
  const auto port = hub.listen(0);
  std::thread server([&] { hub.run(); });
  ws_client deaf(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  ::kill(::getpid(), SIGTERM);
  EXPECT_EQ(deaf.read_close(), 1001U);
  EXPECT_EQ(hub.connection_count(), 1U);
  ::kill(::getpid(), SIGTERM);
  EXPECT_EQ(deaf.socket().read_to_end(), "");
  server.join();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.all().front().code, close_code::going_away);
  EXPECT_FALSE(events.all().front().clean);
}

TEST_P(LifeTest, OnlyRunTouchesSignals) {
  const auto of_the_application = [](int) {};
  struct sigaction own {};
  own.sa_handler = of_the_application;
  ::sigaction(SIGTERM, &own, nullptr);
  const auto before = disposition();
  {
    hub started(options());
    started.start();
    EXPECT_EQ(disposition(), before);
  }
  hub hub(options());
  hub.after(0ms, [&] {
    EXPECT_NE(disposition(), before);
    hub.stop();
  });
  hub.run();
  EXPECT_EQ(disposition(), before);
  ::signal(SIGTERM, SIG_DFL);
}

// Nobody but the second shard has a connection at the end.
TEST(SignalsTest, ASecondSignalIsHeardWhileAnyShardIsLeft) {
  hub_options patient;
  patient.shards = 2;
  patient.timeouts.close = 24h;
  patient.timeouts.shutdown = 24h;
  hub hub(patient);
  std::atomic<int> closed{0};
  hub.on_close([&](const connection&, const close_event&) { ++closed; });
  const auto port = hub.listen(0);
  std::thread runner([&] { hub.run(); });
  ws_client first(port);
  const ws_client second(port);  // it does not answer
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 2; }));
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  EXPECT_EQ(first.read_close(), 1001U);
  first.send_close(1001);
  ASSERT_TRUE(eventually([&] { return hub.stats().sockets_open == 1; }));
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  runner.join();
  EXPECT_EQ(closed, 2);
}

TEST(SignalsTest, HubsSideBySideKeepWhatWasThereBefore) {
  const auto before = disposition();
  std::optional<hub> first(std::in_place);
  hub second;
  std::thread first_runner([&] { first->run(); });
  ASSERT_TRUE(eventually([&] { return disposition() != before; }));
  std::promise<void> runs;
  second.after(0ms, [&] { runs.set_value(); });
  std::thread second_runner([&] { second.run(); });
  runs.get_future().wait();
  first->stop();
  first_runner.join();
  first.reset();
  EXPECT_NE(disposition(), before);
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  second_runner.join();
  EXPECT_EQ(disposition(), before);
}

TEST_P(LifeTest, AcceptsOnWhatItListensToWhileItRuns) {
  hub hub(options());
  hub.start();
  const auto port = hub.listen(0);
  const ws_client client(port);
  EXPECT_NE(client.response().find("101"), std::string::npos);
}

TEST_P(LifeTest, SurvivesManyStartsAndStopsUnderLoad) {
  for (int i = 0; i < 50; ++i) {
    hub hub(options());
    const auto port = hub.listen(0);
    hub.start();
    std::vector<ws_client> clients;
    for (int c = 0; c < 3; ++c)
      clients.emplace_back(port);
    const raw_client half_open(port);
    clients.front().send_text("x");
    hub.broadcast("y");
    hub.stop(1ms);
    EXPECT_EQ(hub.stats().sockets_open, 0U);
  }
}

TEST(PollTest, ServesFromTheCallersOwnLoop) {
  hub hub;
  hub.on_message([&](const connection& peer, const message& received) {
    EXPECT_EQ(hub.poll(), 0U);  // in a handler it does nothing
    peer.send(received.payload);
  });
  const auto port = hub.listen(0);
  std::atomic<bool> answered{false};
  std::thread peer([&] {
    ws_client client(port);
    client.send_text("echo");
    EXPECT_EQ(client.read_text(), "echo");
    answered = true;
    EXPECT_EQ(client.read_close(), 1001U);
    client.send_close(1001);
  });
  while (!answered)
    hub.poll();
  hub.stop(10s);
  peer.join();
  EXPECT_EQ(hub.connection_count(), 0U);
  EXPECT_EQ(hub.poll(), 0U);
}

TEST(PollTest, NeedsOneShard) {
  hub_options four;
  four.shards = 4;
  hub hub(four);
  EXPECT_THROW(hub.poll(), std::logic_error);
}

TEST(PollTest, ExcludesRun) {
  hub hub;
  hub.poll();
  EXPECT_THROW(hub.run(), std::logic_error);
}

TEST(ListenTest, NamesAddressAndReasonWhenThePortIsTaken) {
  hub first;
  const auto port = first.listen(0);
  hub second;
  try {
    second.listen(port);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), errc::address_in_use);
    EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(port)),
              std::string::npos);
  }
}

TEST(ListenTest, RefusesAnAddressThatIsNoAddressOrNotOurs) {
  hub hub;
  listen_options wrong;
  wrong.address = "example.com";
  EXPECT_THROW(hub.listen(wrong), std::invalid_argument);
  wrong.address = "192.0.2.1";
  try {
    hub.listen(wrong);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), errc::address_not_available);
  }
}

TEST(ListenTest, ServesSeveralEndpointsWithRulesOfTheirOwn) {
  hub hub;
  listen_options live;
  live.websocket_paths = {"/live"};
  const auto live_port = hub.listen(live);
  const auto any_port = hub.listen(0);
  hub.start();
  EXPECT_NE(ws_client(live_port, "/live?x=1").response().find(" 101 "), std::string::npos);
  EXPECT_NE(ws_client(live_port, "/other").response().find(" 404 "), std::string::npos);
  EXPECT_NE(ws_client(any_port, "/other").response().find(" 101 "), std::string::npos);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(LifeTest);

}  // namespace
}  // namespace broadcast_hub::test
