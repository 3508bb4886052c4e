// What clients of bhub.v1 publish and send is theirs: what counts in it, and what its fault costs.

#include "protocol_fixture.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::test {
namespace {

using testing::HasSubstr;

class ContentTest : public ProtocolTest {};

TEST_P(ContentTest, ContentIsPassedOnWhateverItsNumbersAndEscapesStandFor) {
  chosen_.topics.defaults.allow_client_publish = true;
  prepare_ = [this] {
    hub_->on_message([](const connection& peer, std::string_view text) { peer.send(text); });
  };
  begin();
  protocol_client client(port_);
  subscribe(client, "t");
  std::string many = "[1";
  for (int i = 0; i < 10'000; ++i)
    many += ",1";
  many += "]";
  std::uint64_t offset = 0;
  for (const std::string& json : {std::string("1e999"), std::string(R"("cut \ud83d")"), many,
                                  std::string(512, '[') + std::string(512, ']')}) {
    client.send(R"({"pub":"t","d":)" + json + "}");
    EXPECT_EQ(client.read(),
              R"({"t":"t","o":)" + std::to_string(++offset) + R"(,"d":)" + json + "}");
    EXPECT_EQ(client.ask(R"({"msg":)" + json + "}"), R"({"msg":)" + json + "}");
  }
  EXPECT_EQ(hub_->publish("t", R"("\ude00")").offset, ++offset);
  EXPECT_EQ(client.read(), R"({"t":"t","o":5,"d":"\ude00"})");
}

TEST_P(ContentTest, ContentThatIsRefusedIsNoMalformedFrame) {
  chosen_.protocol.max_faults_per_minute = 1;
  chosen_.limits.max_json_depth = 2;
  begin();
  protocol_client client(port_);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client.ask(R"({"id":1,"pub":"t","d":[[[]]]})"),
              R"({"id":1,"error":{"code":101,"reason":"d has 3 values in one another; )"
              R"(limits.max_json_depth is 2"}})");
    EXPECT_THAT(client.ask(R"({"msg":[[[]]]})"), HasSubstr(R"({"error":{"code":101)"));
    EXPECT_THAT(client.ask(R"({"id":2,"pub":"t","s":"\ud83d"})"),
                HasSubstr(R"({"id":2,"error":{"code":101)"));
  }
  EXPECT_EQ(hub_->stats().command_faults, 0U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(ContentTest);

}  // namespace
}  // namespace broadcast_hub::test
