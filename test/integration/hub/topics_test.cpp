#include "fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

/// A hub whose clients subscribe with "+name" and unsubscribe with "-name".
class TopicsTest : public hub_fixture {
 protected:
  void begin(hub_options chosen) {
    hub_ = std::make_unique<hub>(std::move(chosen));
    hub_->on_message([](const connection& peer, const message& received) {
      const std::string_view name = received.payload.substr(1);
      const std::error_code error =
          received.payload[0] == '+' ? peer.subscribe(name) : peer.unsubscribe(name);
      peer.send(error ? error.message() : "done");
    });
    port_ = hub_->listen(0);
    hub_->start();
  }
  void begin() { begin(options()); }

  static std::string ask(ws_client& client, const std::string& request) {
    client.send_text(request);
    return client.read_text();
  }
  ws_client subscriber(const std::string& name) {
    ws_client client(port_);
    EXPECT_EQ(ask(client, "+" + name), "done");
    return client;
  }

  std::unique_ptr<hub> hub_;
  std::uint16_t port_ = 0;
};

TEST_P(TopicsTest, APublicationReachesThoseWhoAreSubscribed) {
  begin();
  ws_client news = subscriber("news");
  ws_client sports = subscriber("sports");
  const publish_result first = hub_->publish("news", "one");
  EXPECT_TRUE(first);
  EXPECT_EQ(first.offset, 1U);
  EXPECT_EQ(first.subscribers, 1U);
  EXPECT_NE(first.epoch, 0U);
  EXPECT_EQ(hub_->publish("sports", "goal").offset, 1U);
  EXPECT_EQ(hub_->publish("news", "two").epoch, first.epoch);
  EXPECT_EQ(news.read_text(), "one");
  EXPECT_EQ(news.read_text(), "two");
  EXPECT_EQ(sports.read_text(), "goal");
  EXPECT_EQ(ask(news, "-news"), "done");
  EXPECT_EQ(hub_->publish("news", "three").subscribers, 0U);
  hub_->broadcast("to all");
  EXPECT_EQ(news.read_text(), "to all");
}

TEST_P(TopicsTest, PatternsReachTopicsThatComeLater) {
  begin();
  ws_client all = subscriber("orders.>");
  ws_client one = subscriber("orders.eu");
  EXPECT_EQ(hub_->publish("orders.eu", "a").subscribers, 2U);
  EXPECT_EQ(hub_->publish("orders.us.ny", "b").subscribers, 1U);
  EXPECT_EQ(hub_->subscriber_count("orders.eu"), 2U);
  EXPECT_EQ(hub_->subscriber_count("orders.later"), 1U);
  EXPECT_EQ(hub_->subscriber_count("other"), 0U);
  EXPECT_EQ(hub_->subscriber_count("orders."), 0U);
  std::vector<std::string> got{all.read_text(), all.read_text()};
  EXPECT_THAT(got, testing::UnorderedElementsAre("a", "b"));
  EXPECT_EQ(one.read_text(), "a");
}

TEST_P(TopicsTest, EverybodyBeginsWithTheDefaultTopicAndMayLeaveIt) {
  begin();
  ws_client client(port_);
  EXPECT_EQ(ask(client, "+default"), make_error_code(errc::already_subscribed).message());
  EXPECT_EQ(ask(client, "-default"), "done");
  EXPECT_EQ(hub_->broadcast("x").subscribers, 0U);
}

TEST_P(TopicsTest, WhatCannotBeSubscribedToSaysWhy) {
  hub_options few = options();
  few.topics.max_subscriptions = 2;
  few.topics.max_topics = 1;
  begin(few);
  ws_client client(port_);
  EXPECT_THAT(ask(client, "+a..b"), testing::HasSubstr("a topic is made of tokens"));
  EXPECT_EQ(ask(client, "-a"), make_error_code(errc::not_subscribed).message());
  EXPECT_EQ(ask(client, "+a"), "done");
  EXPECT_THAT(ask(client, "+b"), testing::HasSubstr("topics.max_subscriptions"));
  EXPECT_EQ(hub_->publish("b", "x").error, errc::too_many_topics);
  EXPECT_EQ(hub_->publish("a..b", "x").error, errc::invalid_topic);
  EXPECT_EQ(hub_->publish("a.*", "x").error, errc::invalid_topic);
}

TEST_P(TopicsTest, SubscribingFromAnotherThreadWorks) {
  shared_list<connection> peers;
  hub hub(options());
  hub.on_open([&](const connection& peer) { peers.add(peer); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  ASSERT_TRUE(eventually([&] { return peers.size() == 1; }));
  const connection peer = peers.all().front();
  EXPECT_TRUE(peer.subscriptions().empty());  // not on its shard
  EXPECT_EQ(peer.subscribe("a..b"), errc::invalid_topic);
  EXPECT_FALSE(peer.subscribe("news"));
  ASSERT_TRUE(eventually([&] { return hub.subscriber_count("news") == 1; }));
  hub.publish("news", "x");
  EXPECT_EQ(client.read_text(), "x");
  EXPECT_FALSE(peer.unsubscribe("news"));
  ASSERT_TRUE(eventually([&] { return hub.subscriber_count("news") == 0; }));
  client.send_close(1000);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 0; }));
  EXPECT_EQ(peer.subscribe("news"), errc::connection_gone);
  hub.stop();
  EXPECT_EQ(peer.unsubscribe("news"), errc::connection_gone);
}

TEST_P(TopicsTest, SubscriptionsAreListedInHandlers) {
  shared_list<std::vector<std::string>> lists;
  hub hub(options());
  hub.on_open([&](const connection& peer) {
    EXPECT_FALSE(peer.subscribe("news"));
    EXPECT_FALSE(peer.subscribe("orders.>"));
    lists.add(peer.subscriptions());
    EXPECT_FALSE(peer.unsubscribe("news"));
    lists.add(peer.subscriptions());
  });
  const auto port = hub.listen(0);
  hub.start();
  const ws_client client(port);
  ASSERT_TRUE(eventually([&] { return lists.size() == 2; }));
  EXPECT_THAT(lists.all()[0], testing::ElementsAre("default", "news", "orders.>"));
  EXPECT_THAT(lists.all()[1], testing::ElementsAre("default", "orders.>"));
}

TEST_P(TopicsTest, ProgramOrderHoldsAcrossTopicsAndSends) {
  hub hub(options());
  hub.on_message([&](const connection& peer, const message&) {
    peer.subscribe("a");
    peer.subscribe("b");
    peer.send("1");
    hub.publish("a", "2");
    peer.send("3");
    hub.publish("b", "4");
    peer.send("5");
    hub.publish("a", "6");
    peer.unsubscribe("a");
    hub.publish("a", "not any more");
    peer.send("7");
    hub.broadcast("8");
    peer.close();
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.send_text("go");
  for (const char* expected : {"1", "2", "3", "4", "5", "6", "7", "8"})
    EXPECT_EQ(client.read_text(), expected);
  EXPECT_EQ(client.read_close(), 1000U);
}

// Everything that one turn of the loop published leaves in one system call, several topics too.
TEST_P(TopicsTest, OneTurnIsOneSendPerSubscriber) {
  hub hub(options());
  hub.on_message([&](const connection& peer, const message&) {
    for (const char* name : {"a", "b", "c"})
      peer.subscribe(name);
    peer.send("ready");
  });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  client.send_text("go");
  EXPECT_EQ(client.read_text(), "ready");
  std::atomic<std::uint64_t> before{0};
  hub.for_each_connection([&](const connection&) {  // a handler is one turn
    before = hub.stats().send_calls;
    for (int i = 0; i < 10; ++i) {
      for (const char* name : {"a", "b", "c", "default"})
        hub.publish(name, "x");
    }
  });
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(client.read_text(), "x");
  ASSERT_TRUE(eventually([&] { return hub.stats().deliveries == 40; }));
  EXPECT_EQ(hub.stats().send_calls - before, 1U);
}

TEST_P(TopicsTest, HistoryKeepsWhatItsOptionsSay) {
  hub_options chosen = options();
  topic_options kept;
  kept.history.max_publications = 3;
  chosen.topics.rules = {{"kept.*", kept}};
  hub hub(chosen);
  EXPECT_TRUE(hub.history("kept.a").publications.empty());
  for (const char* text : {"1", "2", "3", "4"})
    hub.publish("kept.a", text);
  hub.publish("kept.a", std::string("\0\xff", 2), message_kind::binary);
  hub.publish("other", "x");

  const history_result all = hub.history("kept.a");
  EXPECT_FALSE(all.error);
  EXPECT_FALSE(all.complete);
  EXPECT_EQ(all.newest_offset, 5U);
  ASSERT_EQ(all.publications.size(), 3U);
  EXPECT_EQ(all.publications[0].offset, 3U);
  EXPECT_EQ(all.publications[0].payload, "3");
  EXPECT_EQ(all.publications[0].kind, message_kind::text);
  EXPECT_EQ(all.publications[2].payload, std::string("\0\xff", 2));
  EXPECT_EQ(all.publications[2].kind, message_kind::binary);

  const history_result some = hub.history("kept.a", 3, 1);
  EXPECT_TRUE(some.complete);
  ASSERT_EQ(some.publications.size(), 1U);
  EXPECT_EQ(some.publications[0].offset, 4U);
  EXPECT_TRUE(hub.history("other").publications.empty());
  EXPECT_EQ(hub.history("other").newest_offset, 1U);
  EXPECT_EQ(hub.history("a.*").error, errc::invalid_topic);
}

TEST_P(TopicsTest, HistoryForgetsWhatIsTooOld) {
  hub_options chosen = options();
  topic_options hour;
  hour.history.max_publications = 3;
  hour.history.max_age = 1h;
  topic_options moment = hour;
  moment.history.max_age = 1ms;
  chosen.topics.rules = {{"hour", hour}, {"moment", moment}};
  hub hub(chosen);
  hub.publish("hour", "x");
  hub.publish("moment", "x");
  EXPECT_TRUE(eventually([&] { return hub.history("moment").publications.empty(); }));
  EXPECT_EQ(hub.history("hour").publications.size(), 1U);
}

TEST_P(TopicsTest, TopicsThatNobodyUsesGo) {
  hub_options chosen = options();
  chosen.topics.linger = 0ms;
  begin(chosen);
  hub_->publish("gone", "x");
  EXPECT_EQ(hub_->stats().topics, 2U) << "with the default one";
  ASSERT_TRUE(eventually([&] { return hub_->stats().topics == 1; }));
  EXPECT_EQ(hub_->stats().publications, 1U);
  EXPECT_EQ(hub_->publish("gone", "y").offset, 2U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(TopicsTest);

}  // namespace
}  // namespace broadcast_hub::test
