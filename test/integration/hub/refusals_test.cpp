// What a hub refuses to clients of bhub.v1 because it is too much, by the code of each.

#include "protocol_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;

class RefusalsTest : public ProtocolTest {
 protected:
  RefusalsTest() {
    chosen_.topics.rules.clear();
    chosen_.topics.defaults.allow_client_publish = true;
    chosen_.topics.defaults.max_lag_bytes = 1024;
  }
};

TEST_P(RefusalsTest, MoreSubscriptionsThanOneConnectionMayHave) {
  chosen_.topics.max_subscriptions = 2;
  begin();
  protocol_client client(port_);
  subscribe(client, "a");
  subscribe(client, "b");
  EXPECT_THAT(client.ask(R"({"id":3,"sub":{"c":{}}})"),
              MatchesRegex(R"(\{"id":3,"sub":"c","error":\{"code":107,"reason":".+"\}\})"));
  client.ask(R"({"id":4,"unsub":["a"]})");
  subscribe(client, "c");
}

TEST_P(RefusalsTest, MoreTopicsThanTheHubMayHave) {
  chosen_.topics.max_topics = 1;
  begin();
  protocol_client client(port_);
  subscribe(client, "a");
  EXPECT_THAT(client.ask(R"({"id":2,"sub":{"b":{}}})"), HasSubstr(R"("error":{"code":107)"));
  EXPECT_THAT(client.ask(R"({"id":3,"pub":"c","d":1})"), HasSubstr(R"("error":{"code":107)"));
  EXPECT_THAT(client.ask(R"({"id":4,"pub":"a","d":1})"), testing::Not(HasSubstr("error")));
}

TEST_P(RefusalsTest, APublicationThatNoSubscriberMayBeBehind) {
  begin();
  protocol_client client(port_);
  const std::string payload(2000, 'x');
  EXPECT_THAT(client.ask(R"({"id":1,"pub":"a","s":")" + payload + R"("})"),
              HasSubstr(R"("error":{"code":109)"));
  EXPECT_EQ(hub_->stats().publications, 0U);
}

// The shard that has to take them up is busy with carrying out the commands.
TEST_P(RefusalsTest, PublicationsFasterThanTheyCanBeTakenUp) {
  chosen_.outbound.max_backlog_bytes = 1024;
  begin();
  protocol_client client(port_);
  subscribe(client, "a");
  std::string burst;
  constexpr int commands = 50;
  for (int i = 1; i <= commands; ++i)
    burst += client_frame(opcode::text, R"({"id":)" + std::to_string(i) + R"(,"pub":"a","s":")" +
                                            std::string(400, 'x') + R"("})");
  client.socket().socket().send(burst);
  int done = 0;
  int refused = 0;
  while (done + refused < commands) {
    const std::string frame = client.read();
    if (frame.find(R"("ok":)") != std::string::npos)
      ++done;
    if (frame.find(R"("error":)") == std::string::npos)
      continue;
    EXPECT_THAT(frame, HasSubstr(R"("code":108)"));
    EXPECT_THAT(frame, HasSubstr(R"("retry_after":1000)"));
    ++refused;
  }
  EXPECT_GT(done, 0);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(hub_->stats().publications, static_cast<std::uint64_t>(done));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(RefusalsTest);

}  // namespace
}  // namespace broadcast_hub::test
