// What docs/reference/protocol.md says under "Easily overlooked", asked of a hub.

#include "protocol_fixture.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>

namespace broadcast_hub::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OverlookedTest : public ProtocolTest {
 protected:
  /// What comes next, when nothing comes for what was asked before.
  static std::string told_nothing(protocol_client& client) {
    return client.ask(R"({"id":99,"unsub":["."]})");
  }
};

constexpr std::string_view nothing =
    R"({"id":99,"sub":".","error":{"code":106,"reason":"the connection is not subscribed to that )"
    R"(name or pattern"}})";

TEST_P(OverlookedTest, WithoutAnIdWhatNamesATopicAndWhatIsMalformedIsAnswered) {
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"sub":{"kept.a":{}}})"), StartsWith(R"({"sub":"kept.a","e":")"));
  EXPECT_THAT(client.ask(R"({"sub":{"kept.a":{}}})"), HasSubstr(R"("error":{"code":105)"));
  EXPECT_THAT(client.ask(R"({"unsub":["."]})"), StartsWith(R"({"sub":".","error":{"code":106)"));
  EXPECT_THAT(client.ask("{"), StartsWith(R"({"error":{"code":101)"));
  for (const std::string_view frame :
       {R"({"unsub":["kept.a"]})", R"({"pub":"kept.a","d":1})", R"({"pub":"closed","d":1})",
        R"({"pub":"a..b","d":1})", R"({"presence":"kept.a"})", R"({"history":"kept.a"})",
        R"({"msg":1})", "{}"}) {
    client.send(frame);
    EXPECT_EQ(told_nothing(client), nothing) << frame;
  }
}

TEST_P(OverlookedTest, AnUnsubHasOneOkOrAnAnswerForEachThatFails) {
  begin();
  protocol_client client(port_);
  for (const char* topic : {"a", "b", "c"})
    subscribe(client, topic);
  EXPECT_EQ(client.ask(R"({"id":2,"unsub":["a","b"]})"), R"({"id":2,"ok":{}})");
  EXPECT_THAT(client.ask(R"({"id":3,"unsub":["x","c","y","c"]})"),
              StartsWith(R"({"id":3,"sub":"x",)"));
  EXPECT_THAT(client.read(), StartsWith(R"({"id":3,"sub":"y",)"));
  EXPECT_THAT(client.read(), StartsWith(R"({"id":3,"sub":"c",)"));
  EXPECT_EQ(told_nothing(client), nothing);
}

TEST_P(OverlookedTest, ANameAndPatternsOverItGetOneFrame) {
  begin();
  protocol_client client(port_);
  subscribe(client, "orders.eu");
  for (const char* pattern : {"orders.*", "*.eu", ">"}) {
    EXPECT_EQ(client.ask(R"({"id":1,"sub":{")" + std::string(pattern) + R"(":{}}})"),
              R"({"id":1,"sub":")" + std::string(pattern) + R"("})");
  }
  EXPECT_TRUE(hub_->publish("orders.eu", "1"));
  EXPECT_EQ(client.read(), R"({"t":"orders.eu","o":1,"d":1})");
  EXPECT_EQ(told_nothing(client), nothing);
}

TEST_P(OverlookedTest, AnErrorLeavesALiveSubscriptionAsItWas) {
  begin();
  protocol_client client(port_);
  const std::string epoch = subscribe(client, "kept.a");
  EXPECT_THAT(client.ask(R"({"id":2,"sub":{"kept.a":{}}})"), HasSubstr(R"("error":{"code":105)"));
  EXPECT_THAT(
      client.ask(R"({"id":3,"sub":{"kept.a":{"presence":true,"e":")" + epoch + R"(","o":0}}})"),
      HasSubstr(R"("error":{"code":103)"));
  EXPECT_TRUE(hub_->publish("kept.a", "1"));
  EXPECT_EQ(client.read(), R"({"t":"kept.a","o":1,"d":1})");
}

TEST_P(OverlookedTest, HistoryIsForSubscribersByNameOrPattern) {
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":13,"history":"kept.a"})"),
              StartsWith(R"({"id":13,"error":{"code":106)"));
  client.ask(R"({"id":1,"sub":{"kept.*":{}}})");
  EXPECT_THAT(client.ask(R"({"id":13,"history":"kept.a"})"), StartsWith(R"({"id":13,"ok":)"));
}

TEST_P(OverlookedTest, PresenceIsForSubscribersByNameOrPattern) {
  chosen_.topics.defaults.presence.enabled = true;
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":7,"presence":"a"})"),
              StartsWith(R"({"id":7,"error":{"code":106)"));
  client.ask(R"({"id":1,"sub":{"*":{}}})");
  EXPECT_EQ(client.ask(R"({"id":7,"presence":"a"})"), R"({"id":7,"ok":{"clients":{},"n":0}})");
}

TEST_P(OverlookedTest, PastTheLimitOfSubscriptionsOneIsRefusedAndTheOthersStand) {
  chosen_.topics.max_subscriptions = 2;
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":14,"sub":{"a":{},"b.*":{},"news":{}}})"),
              StartsWith(R"({"id":14,"sub":"a","e":)"));
  EXPECT_EQ(client.read(), R"({"id":14,"sub":"b.*"})");
  EXPECT_THAT(client.read(), StartsWith(R"({"id":14,"sub":"news","error":{"code":107)"));
  EXPECT_TRUE(hub_->publish("b.1", "1"));
  EXPECT_EQ(client.read(), R"({"t":"b.1","o":1,"d":1})");
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(OverlookedTest);

}  // namespace
}  // namespace broadcast_hub::test
