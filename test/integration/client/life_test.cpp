#include "fixture.hpp"
#include "stalled_server.hpp"
#include "support/raw_client.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

class ClientLifeTest : public client_fixture {};

TEST_F(ClientLifeTest, ExchangesMessagesWithTheApplication) {
  start_hub();
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  EXPECT_FALSE(one->send("hello"));
  EXPECT_EQ(at_hub.wait_for(1), std::vector<std::string>{"message hello"});
  EXPECT_EQ(messages.wait_for(1), std::vector<std::string>{"you said hello"});
}

// Once it was told so only when something else happened, which a silent hub does not see to.
TEST_F(ClientLifeTest, MaySendAgainWhenTheQueueHasDrained) {
  hub silent;
  std::atomic<int> got{0};
  silent.on_message([&](const connection&, const message&) { ++got; });
  port_ = silent.listen(0);
  silent.start();
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  const std::string much(60'000, 'x');
  int sent = 0;
  while (!one->send(much))
    ++sent;
  EXPECT_TRUE(eventually([&] { return got == sent; }));
  EXPECT_TRUE(eventually([&] { return !one->send("more"); }, std::chrono::seconds(5)));
}

TEST_F(ClientLifeTest, LogsNothingAnyMoreWhenAHandlerHasDestroyedIt) {
  start_hub();
  std::atomic<bool> destroyed{false};
  std::atomic<int> late_lines{0};
  client_options chosen = options();
  chosen.log.level = log_level::debug;
  chosen.log.sink = [&](const log_record&) { late_lines += destroyed ? 1 : 0; };
  auto one = make_client(chosen);
  one->on_message([&](const message&) {
    one.reset();
    destroyed = true;
  });
  one->start();
  states.wait_for("open");
  EXPECT_FALSE(one->send("hello"));
  EXPECT_TRUE(eventually([&] { return destroyed.load(); }));
  EXPECT_TRUE(eventually([&] { return hub_->stats().connections_open == 0; }));
  EXPECT_EQ(late_lines, 0);
}

// As a hub does for pages, which are not told an HTTP status.
TEST_F(ClientLifeTest, StaysAwayWhenItIsLetInAndClosedWithAFinalCode) {
  hub strict;
  strict.on_open([this](const connection& peer) {
    at_hub.add("open");
    EXPECT_FALSE(peer.close(close_code{4501}, "unauthorised"));
  });
  port_ = strict.listen(0);
  strict.start();
  const auto one = make_client();
  one->start();
  EXPECT_EQ(states.wait_for("closed"), "closed 4501 unauthorised");
  EXPECT_EQ(one->state(), client_state::closed);
  EXPECT_EQ(at_hub.wait_for(1).size(), 1U);
}

TEST_F(ClientLifeTest, ClosesWithANormalCode) {
  start_hub();
  stop_hub();
  hub_ = std::make_unique<hub>(quick_options());
  hub_->on_close([this](connection, const close_event& event) {
    at_hub.add("closed " + std::to_string(static_cast<int>(event.code)) +
               (event.clean ? " clean" : " broken"));
  });
  port_ = hub_->listen(0);
  hub_->start();
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  one->stop();
  EXPECT_EQ(one->state(), client_state::closed);
  EXPECT_EQ(at_hub.wait_for(1), std::vector<std::string>{"closed 1000 clean"});
  EXPECT_EQ(one->subscribe("news"), errc::client_closed);
  one->stop();
}

// Once it cut the connection behind its close frame; with a message of the hub still unread that
// resets it, and the hub may never see the frame.
TEST_F(ClientLifeTest, ClosesCleanlyWhileTheHubGoesOnSending) {
  constexpr int count = 50;
  hub_ = std::make_unique<hub>(quick_options());
  hub_->on_close([this](connection, const close_event& event) {
    at_hub.add(event.clean ? "clean" : "broken");
  });
  port_ = hub_->listen(0);
  hub_->start();
  std::atomic<bool> over = false;
  std::thread publisher([&] {
    while (!over)
      hub_->publish("news", std::string(50'000, 'x'));
  });
  for (int i = 0; i < count; ++i) {
    client one(options());
    line_log received;
    one.on_publication([&](const client_publication&) { received.add("one"); });
    one.subscribe("news");
    one.start();
    received.wait_for(1);
    one.stop();
  }
  over = true;
  publisher.join();
  EXPECT_EQ(at_hub.wait_for(count), std::vector<std::string>(count, "clean"));
}

// A server that accepts, and then neither says nor reads anything.
TEST_F(ClientLifeTest, WaitsForTheCloseFrameNoLongerThanItsTime) {
  start_hub();
  for (const auto timeout : {std::chrono::milliseconds(0), std::chrono::milliseconds(50)}) {
    stalled_server server;
    client_options chosen = options();
    chosen.url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
    chosen.close_timeout = timeout;
    states.clear();
    const auto one = make_client(chosen);
    one->start();
    ASSERT_EQ(states.wait_for("open"), "open");
    const auto begin = std::chrono::steady_clock::now();
    one->stop();
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took, timeout);
    EXPECT_LT(took, std::chrono::seconds(30));
    EXPECT_EQ(states.wait_for("closed"), "closed 1000 closed by the application");
  }
}

TEST_F(ClientLifeTest, SendsWhatWasAskedForBeforeItStops) {
  start_hub();
  for (int i = 0; i < 20; ++i) {
    states.clear();
    const auto one = make_client();
    one->start();
    states.wait_for("open");
    EXPECT_FALSE(one->send("last words"));
    one->stop();
  }
  EXPECT_EQ(at_hub.wait_for(20), std::vector<std::string>(20, "message last words"));
}

TEST_F(ClientLifeTest, StaysAwayWhenTheServerSaysSo) {
  start_hub();
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  peer().close(close_code{4503}, "banned");
  EXPECT_EQ(states.wait_for("closed"), "closed 4503 banned");
}

TEST_F(ClientLifeTest, TriesAgainWhenItIsNotLetIn) {
  hub_ = std::make_unique<hub>(quick_options());
  std::atomic<int> asked = 0;
  hub_->on_upgrade([&](const upgrade_request&) {
    return ++asked < 3 ? upgrade_reply::refuse(503, "no") : upgrade_reply::accept();
  });
  port_ = hub_->listen(0);
  hub_->start();
  const auto one = make_client();
  one->start();
  EXPECT_EQ(states.wait_for("open"), "open");
  EXPECT_EQ(states.wait_for("waiting"), "waiting 1006 the server answered 503 Service Unavailable");
}

TEST_F(ClientLifeTest, NeedsAHubThatSpeaksTheProtocol) {
  hub_ = std::make_unique<hub>(quick_options());
  listen_options plain;
  plain.bhub_v1 = false;
  port_ = hub_->listen(plain);
  hub_->start();
  const auto one = make_client();
  one->start();
  EXPECT_EQ(states.wait_for("waiting"), "waiting 1006 the server does not speak bhub.v1");
}

TEST_F(ClientLifeTest, ClosesForGoodOverAMessageThatIsTooLarge) {
  start_hub();
  client_options chosen = options();
  chosen.max_message_bytes = 1024;
  const auto one = make_client(chosen);
  one->subscribe("news");
  one->start();
  subscribed.wait_for(1);
  hub_->publish("news", std::string(2000, 'x'));
  EXPECT_EQ(states.wait_for("closed"), "closed 1009 message larger than the limit");
}

TEST_F(ClientLifeTest, HandlersMayCallEverything) {
  start_hub();
  client one(options());
  one.on_state([&](const client_state_event& event) {
    if (event.state == client_state::open)
      one.subscribe("news");
    states.add(std::to_string(static_cast<int>(event.state)));
  });
  one.on_subscribed([&](const client_subscribed_event&) {
    one.publish("news", "hello", message_kind::text, note("hello"));
    one.send("hello");
  });
  one.on_publication([&](const client_publication&) {
    one.unsubscribe("news");
    one.stop();
  });
  one.start();
  EXPECT_EQ(states.wait_for("3"), "3");
  one.stop();
}

TEST_F(ClientLifeTest, SurvivesHandlersThatThrow) {
  start_hub();
  line_log lines;
  client_options chosen = options();
  chosen.log.sink = [&](const log_record& record) {
    if (record.level == log_level::error)
      lines.add(std::string(record.text));
  };
  client one(chosen);
  one.on_subscribed([](const client_subscribed_event&) { throw std::runtime_error("oops"); });
  one.on_publication([&](const client_publication& what) {
    heard.add(std::string(what.payload));
    throw 1;
  });
  one.subscribe("news");
  one.start();
  EXPECT_EQ(lines.wait_for(1), std::vector<std::string>{"on_subscribed threw: oops"});
  hub_->publish("news", "one");
  hub_->publish("news", "two");
  EXPECT_EQ(heard.wait_for(2), (std::vector<std::string>{"one", "two"}));
  one.stop();
}

TEST_F(ClientLifeTest, RunsOnTheCallersThreadUntilItIsClosed) {
  start_hub();
  const auto one = make_client();
  std::thread other([&] {
    states.wait_for("open");
    one->stop();
    EXPECT_EQ(one->state(), client_state::closed);
  });
  one->run();
  other.join();
}

TEST_F(ClientLifeTest, IsPolled) {
  start_hub();
  client one(options());
  bool heard_it = false;
  one.on_publication([&](const client_publication&) { heard_it = true; });
  one.on_subscribed([&](const client_subscribed_event&) { one.publish("news", "hello"); });
  one.subscribe("news");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!heard_it && std::chrono::steady_clock::now() < deadline) {
    if (one.poll() == 0)
      std::this_thread::yield();
  }
  EXPECT_TRUE(heard_it);
  one.stop();
  EXPECT_EQ(one.poll(), 0U);
}

TEST_F(ClientLifeTest, MayBeStoppedInItsFirstHandler) {
  start_hub();
  for (const std::string way : {"start", "run", "poll"}) {
    states.clear();
    client one(options());
    one.on_state([&](const client_state_event& event) {
      states.add(std::to_string(static_cast<int>(event.state)));
      one.stop();
    });
    if (way == "start")
      one.start();
    else if (way == "run")
      one.run();
    while (way == "poll" && one.state() != client_state::closed)
      one.poll();
    EXPECT_EQ(states.wait_for("3"), "3") << way;
  }
}

// Who listens for the end often has nothing else to do then but to delete the client.
TEST_F(ClientLifeTest, MayBeDestroyedInAHandler) {
  hub_ = std::make_unique<hub>(quick_options());
  hub_->on_close([this](connection, const close_event& event) {
    at_hub.add(event.clean ? "clean" : "broken");
  });
  port_ = hub_->listen(0);
  hub_->start();
  for (const std::string way : {"start", "run", "poll"}) {
    at_hub.clear();
    published.clear();
    auto one = std::make_unique<client>(options());
    client& known = *one;
    auto alive = std::make_shared<int>();
    const std::weak_ptr<int> is_alive = alive;
    bool gone = false;
    known.on_publication([&, alive](const client_publication&) {
      one.reset();
      gone = true;
    });
    alive.reset();
    known.on_state([&](const client_state_event&) { EXPECT_FALSE(gone) << way; });
    known.on_subscribed([&](const client_subscribed_event&) { known.publish("news", "hello"); });
    known.subscribe("news");
    if (way == "start")
      known.start();
    else if (way == "run")
      known.run();
    while (way == "poll" && !gone)
      known.poll();
    EXPECT_TRUE(eventually([&] { return is_alive.expired(); })) << way;
    EXPECT_EQ(at_hub.wait_for(1), std::vector<std::string>{"clean"}) << way;
  }
}

TEST_F(ClientLifeTest, IsStartedOnce) {
  start_hub();
  const auto one = make_client();
  one->start();
  EXPECT_THROW(one->start(), std::logic_error);
  EXPECT_THROW(one->run(), std::logic_error);
  EXPECT_THROW(one->poll(), std::logic_error);
  EXPECT_THROW(one->on_message({}), std::logic_error);
  one->stop();
  EXPECT_THROW(one->start(), std::logic_error);
}

TEST_F(ClientLifeTest, EndsWhileItConnectsToNobody) {
  start_hub();
  stop_hub();
  for (const char* host : {"localhost", "127.0.0.1", "[::1]", "nobody.invalid"}) {
    client_options chosen = options();
    chosen.url = "ws://" + std::string(host) + ":" + std::to_string(port_) + "/";
    const auto one = make_client(chosen);
    states.clear();
    one->start();
    EXPECT_NE(states.wait_for("waiting 1006"), "") << host;
  }
}

}  // namespace
}  // namespace broadcast_hub::test
