#include "fixture.hpp"
#include "support/raw_client.hpp"

#include <string>
#include <vector>

// What the hub's application subscribes a client to.

namespace broadcast_hub::test {
namespace {

class ClientHubSubscriptionsTest : public client_fixture {
 protected:
  using text_lines = std::vector<std::string>;

  /// `again`: it subscribes each connection, not only the first.
  void start_subscribing_hub(bool again, bool clients_may_ask = true) {
    hub_ = std::make_unique<hub>(quick_options());
    hub_->on_upgrade([this, again](const upgrade_request&) {
      upgrade_reply reply = upgrade_reply::accept();
      if (again || connections_++ == 0)
        reply.subscriptions = {"news", "orders.*"};
      return reply;
    });
    if (!clients_may_ask) {
      hub_->on_subscribe(
          [](connection, const subscribe_event&) { return command_reply::deny("no"); });
    }
    hub_->on_open([this](const connection& peer) { keep(peer); });
    port_ = hub_->listen(0);
    hub_->start();
  }

  void lose_connection_and_publish(const std::string& payload) {
    peer().close(close_code{4000}, "test");
    states.wait_for("waiting");
    hub_->publish("news", payload);
  }

 private:
  int connections_ = 0;
};

TEST_F(ClientHubSubscriptionsTest, AreHeardAndEnd) {
  start_subscribing_hub(true);
  const auto one = make_client();
  one->start();
  EXPECT_EQ(subscribed.wait_for(2), (text_lines{"news first", "orders.* first"}));
  hub_->publish("news", "hello");
  EXPECT_EQ(heard.wait_for(1), text_lines{"news 1 hello"});
  hub_->publish("orders.7", "hello");
  EXPECT_EQ(heard.wait_for(2).back(), "orders.7 1 hello");
  peer().unsubscribe("news");
  EXPECT_EQ(subscribed.wait_for(3).back(), "news ended 2600");
  peer().subscribe("other");
  EXPECT_EQ(subscribed.wait_for(4).back(), "other first");
  one->unsubscribe("other");
  EXPECT_TRUE(eventually([&] { return hub_->subscriber_count("other") == 0; }));
}

TEST_F(ClientHubSubscriptionsTest, MissNothingOverAReconnect) {
  for (const bool again : {true, false}) {
    for (line_log* each : {&states, &heard, &subscribed})
      each->clear();
    start_subscribing_hub(again);
    const auto one = make_client();
    one->start();
    subscribed.wait_for(2);
    hub_->publish("news", "one");
    heard.wait_for(1);
    lose_connection_and_publish("two");
    EXPECT_EQ(subscribed.wait_for("news recovered"), "news recovered") << again;
    EXPECT_EQ(subscribed.wait_for("orders.* pattern"), "orders.* pattern") << again;
    hub_->publish("news", "three");
    EXPECT_EQ(heard.wait_for(3), (text_lines{"news 1 one", "news 2 two", "news 3 three"}));
  }
}

TEST_F(ClientHubSubscriptionsTest, AreResumedWhereTheClientMayNotAsk) {
  start_subscribing_hub(true, false);
  const auto one = make_client();
  one->start();
  subscribed.wait_for(2);
  lose_connection_and_publish("missed");
  EXPECT_EQ(subscribed.wait_for("news recovered"), "news recovered");
  hub_->publish("news", "hello");
  EXPECT_EQ(heard.wait_for(2), (text_lines{"news 1 missed", "news 2 hello"}));
}

}  // namespace
}  // namespace broadcast_hub::test
