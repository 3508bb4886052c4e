// The present state, for those who come or come back.

#include "protocol_fixture.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace broadcast_hub::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

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

TEST_P(NewestTest, AHistoryThatIsCutShortSaysSo) {
  begin();
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(hub_->publish("kept.a", "\"" + std::string(200'000, 'x') + "\""));
  protocol_client client(port_);
  client.ask(R"({"id":1,"sub":{"kept.a":{}}})");
  const std::string newest = client.ask(R"({"id":2,"history":"kept.a","last":5})");
  EXPECT_THAT(newest, AllOf(HasSubstr(R"({"o":5,)"), Not(HasSubstr(R"({"o":1,)")),
                            EndsWith(R"("more":true}})")));
  const std::string oldest = client.ask(R"({"id":3,"history":"kept.a"})");
  EXPECT_THAT(oldest, AllOf(HasSubstr(R"({"o":1,)"), Not(HasSubstr(R"({"o":5,)")),
                            EndsWith(R"("more":true}})")));
  EXPECT_THAT(client.ask(R"({"id":4,"history":"kept.a","last":1})"), Not(HasSubstr("more")));
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

// A ticker page: all prices with one command, and each that follows.
TEST_P(NewestTest, APatternGivesTheNewestOfEveryTopic) {
  chosen_.topics.rules[1].pattern = "price.*";
  begin();
  for (int i = 0; i < 200; ++i) {
    const std::string topic = "price." + std::to_string(i);
    ASSERT_TRUE(hub_->publish(topic, "0"));
    ASSERT_TRUE(hub_->publish(topic, std::to_string(i)));
  }
  ASSERT_TRUE(hub_->publish("price.of.none", "1"));  // keeps nothing
  for (int round = 0; round < 2; ++round) {          // the second one is not the first subscriber
    protocol_client page(port_);
    EXPECT_EQ(page.ask(R"({"id":1,"sub":{"price.>":{"last":1}}})"),
              R"({"id":1,"sub":"price.>","n":200})");
    std::set<std::string> got;
    for (int i = 0; i < 200; ++i)
      got.insert(page.read());
    for (int i = 0; i < 200; ++i) {
      const std::string number = std::to_string(i);
      EXPECT_TRUE(got.contains(R"({"t":"price.)" + number + R"(","o":2,"d":)" + number + "}"));
    }
    hub_->publish("price.of.none", "2");
    EXPECT_THAT(page.read(), HasSubstr(R"("t":"price.of.none")"));
  }
}

TEST_P(NewestTest, MoreThanAThousandTopicsAreTooMany) {
  chosen_.topics.rules[1].pattern = "price.*";
  begin();
  for (int i = 0; i < 1001; ++i)
    ASSERT_TRUE(hub_->publish("price." + std::to_string(i), "0"));
  protocol_client page(port_);
  EXPECT_EQ(page.ask(R"({"id":1,"sub":{"price.*":{"last":1}}})"),
            R"({"id":1,"sub":"price.*","n":1000,"more":true})");
  for (int i = 0; i < 1000; ++i)
    ASSERT_THAT(page.read(), HasSubstr(R"("t":"price.)"));
  EXPECT_THAT(page.ask(R"({"id":2,"sub":{"other.*":{"last":2}}})"), HasSubstr(R"("code":101)"));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(NewestTest);

}  // namespace
}  // namespace broadcast_hub::test
