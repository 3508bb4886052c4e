#include "fixture.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace broadcast_hub::test {
namespace {

class ClientSubscribeTest : public client_fixture {};

using text_lines = std::vector<std::string>;

TEST_F(ClientSubscribeTest, HearsATopicAndAPattern) {
  start_hub();
  const auto one = make_client();
  ASSERT_FALSE(one->subscribe("news"));
  ASSERT_FALSE(one->subscribe("orders.*"));
  one->start();
  subscribed.wait_for(2);
  hub_->publish("news", "hello");
  hub_->publish("orders.7", R"({"a":1})");
  hub_->publish("other", "not for us");
  hub_->publish("news", std::string("\0\xff", 2), message_kind::binary);
  // Between topics there is no order.
  EXPECT_THAT(heard.wait_for(3),
              testing::UnorderedElementsAre("news 1 hello", R"(orders.7 1 {"a":1})",
                                            "news 2 " + std::string("\0\xff", 2)));
}

TEST_F(ClientSubscribeTest, BeginsWithPastPublications) {
  start_hub();
  for (const char* text : {"one", "two", "three"})
    hub_->publish("news", text);
  const std::uint64_t epoch = hub_->history("news").epoch;
  ASSERT_NE(epoch, 0U);
  const auto one = make_client();
  ASSERT_FALSE(one->subscribe("news", subscribe_options{std::nullopt, 2}));
  one->start();
  EXPECT_EQ(heard.wait_for(2), (text_lines{"news 2 two", "news 3 three"}));
}

TEST_F(ClientSubscribeTest, SubscribesAndUnsubscribesWhileConnected) {
  start_hub();
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  line_log own;
  one->subscribe("news",
                 [&](const client_publication& what) { own.add(std::string(what.payload)); });
  subscribed.wait_for(1);
  hub_->publish("news", "hello");
  EXPECT_EQ(own.wait_for(1), text_lines{"hello"});
  one->unsubscribe("news");
  one->subscribe("other");
  subscribed.wait_for(2);
  EXPECT_EQ(hub_->subscriber_count("news"), 0U);
  hub_->publish("news", "not any more");
  hub_->publish("other", "hello");
  EXPECT_EQ(heard.wait_for(1), text_lines{"other 1 hello"});
  EXPECT_EQ(own.wait_for(1).size(), 1U);
  one->stop();
}

TEST_F(ClientSubscribeTest, IsToldOfARefusal) {
  hub_ = std::make_unique<hub>(quick_options());
  hub_->on_subscribe(
      [](connection, const subscribe_event&) { return command_reply::deny("members only"); });
  port_ = hub_->listen(0);
  hub_->start();
  const auto one = make_client();
  one->subscribe("secret");
  one->start();
  EXPECT_EQ(subscribed.wait_for(1), text_lines{"secret ended 103"});
}

TEST_F(ClientSubscribeTest, RefusesWhatIsNoTopic) {
  const auto one = make_client([] {
    client_options chosen;
    chosen.url = "ws://localhost:1/";
    return chosen;
  }());
  EXPECT_EQ(one->subscribe("a b"), errc::invalid_topic);
  EXPECT_EQ(one->subscribe("a.*", {topic_position{"k", 1}}), errc::not_for_patterns);
  EXPECT_EQ(one->subscribe("a.*", {{}, 0, true}), errc::not_for_patterns);
  EXPECT_FALSE(one->subscribe("a.*", {{}, 5}));
  EXPECT_EQ(one->publish("a.*", "x"), errc::invalid_topic);
  EXPECT_EQ(one->publish("a", "\xff"), errc::invalid_utf8);
  EXPECT_EQ(one->publish("a", std::string(1024 * 1024 + 1, 'x')), errc::message_too_big);
  EXPECT_EQ(one->send("x"), errc::connection_gone);
}

}  // namespace
}  // namespace broadcast_hub::test
