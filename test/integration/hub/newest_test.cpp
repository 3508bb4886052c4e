// The present state, for those who come or come back.

#include "protocol_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace broadcast_hub::test {
namespace {

using testing::HasSubstr;

class NewestTest : public ProtocolTest {};

TEST_P(NewestTest, HistoryHasTheNewest) {
  begin();
  for (int i = 1; i <= 4; ++i)
    hub_->publish("kept.a", std::to_string(i));
  protocol_client client(port_);
  subscribe(client, "kept.a");
  EXPECT_THAT(client.ask(R"({"id":3,"history":"kept.a","last":2})"),
              HasSubstr(R"("o":4,"items":[{"o":3,"d":3},{"o":4,"d":4}])"));
}

// The old value once stayed on the client's screen until the next publication.
TEST_P(NewestTest, LastCountsWhereAPositionCannotBeServed) {
  begin();
  protocol_client client(port_);
  const std::string epoch = subscribe(client, "kept.a");
  client.ask(R"({"id":2,"unsub":["kept.a"]})");
  for (int i = 1; i <= 9; ++i)  // five are kept
    hub_->publish("kept.a", std::to_string(i));
  const auto again = [&](const std::string& e, const char* o) {
    return client.ask(R"({"id":3,"sub":{"kept.a":{"last":1,"e":")" + e + R"(","o":)" + o + "}}}");
  };
  EXPECT_THAT(again(epoch, "1"), HasSubstr(R"("o":9,"rec":false,"why":"gap","n":1})"));
  EXPECT_EQ(client.read(), R"({"t":"kept.a","o":9,"d":9})");
  EXPECT_THAT(again("zzz", "1"), HasSubstr(R"("o":9,"rec":false,"why":"epoch","n":1})"));
  EXPECT_EQ(client.read(), R"({"t":"kept.a","o":9,"d":9})");
  EXPECT_THAT(again(epoch, "7"), HasSubstr(R"("o":9,"rec":true,"n":2})"));
}

TEST_P(NewestTest, ALatestTopicGivesItsNewestWithoutAHistory) {
  begin();
  hub_->publish("fresh", "1");
  hub_->publish("fresh", "2");
  protocol_client client(port_);
  const std::string answer = client.ask(R"({"id":1,"sub":{"fresh":{}}})");
  EXPECT_THAT(answer, HasSubstr(R"("o":2,"n":1,"m":"latest"})"));
  EXPECT_EQ(client.read(), R"({"t":"fresh","o":2,"d":2})");
  const std::string epoch = epoch_of(answer);
  EXPECT_THAT(client.ask(resume("fresh", epoch, "2")), HasSubstr(R"("o":2,"rec":true,"n":0,)"));
  hub_->publish("fresh", "3");
  hub_->publish("fresh", "4");
  EXPECT_EQ(client.read(), R"({"t":"fresh","o":3,"d":3})");
  EXPECT_EQ(client.read(), R"({"t":"fresh","o":4,"d":4})");
  EXPECT_THAT(client.ask(resume("fresh", epoch, "2")),
              HasSubstr(R"("o":4,"rec":false,"why":"gap","n":1,)"));
  EXPECT_EQ(client.read(), R"({"t":"fresh","o":4,"d":4})");
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(NewestTest);

}  // namespace
}  // namespace broadcast_hub::test
