#include "session_fixture.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

// What the application of the hub subscribes a client to.

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

class SessionHubSubscriptionsTest : public test::session_fixture {
 protected:
  /// Subscribed by the hub to news at k:10, with nothing written down.
  void open_with_news() {
    open();
    say(R"({"sub":"news","e":"k","o":10,"n":0})");
    record.take();
  }
};

TEST_F(SessionHubSubscriptionsTest, AreToldAndHeard) {
  open();
  say(R"({"sub":"news","e":"k","o":10,"n":0})");
  publication(11);
  say(R"({"sub":"a.*"})");
  publication(5, "a.x");
  EXPECT_EQ(record.take(), (lines{"subscribed news first k:10 by hub", "news 11 11",
                                  "subscribed a.* first by hub", "a.x 5 5"}));
}

TEST_F(SessionHubSubscriptionsTest, FindGapsAndDuplicates) {
  open_with_news();
  publication(11);
  publication(11);
  publication(13);
  EXPECT_EQ(record.take(), (lines{"news 11 11", R"(> {"id":1,"sub":{"news":{"e":"k","o":11}}})"}));
}

TEST_F(SessionHubSubscriptionsTest, AreAskedForAfterAReconnect) {
  open_with_news();
  publication(11);
  reopen();
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":1,"sub":{"news":{"e":"k","o":11}}})"}));
  say(R"({"id":1,"sub":"news","e":"k","o":12,"rec":true,"n":1})");
  publication(12);
  EXPECT_EQ(record.take(), (lines{"subscribed news recovered k:11 by hub", "news 12 12"}));
}

TEST_F(SessionHubSubscriptionsTest, MissNothingWhenTheHubMakesThemAgain) {
  open_with_news();
  reopen();
  record.take();
  say(R"({"sub":"news","e":"k","o":12,"n":0})");
  publication(13);
  EXPECT_EQ(record.take(), lines{}) << "they come again behind the answer";
  say(R"({"id":1,"sub":"news","e":"k","o":13,"rec":true,"n":3})");
  publication(11);
  EXPECT_EQ(record.take(), (lines{"subscribed news recovered k:10 by hub", "news 11 11"}));
}

TEST_F(SessionHubSubscriptionsTest, StandWhenTheClientMayNotAsk) {
  open_with_news();
  reopen();
  say(R"({"sub":"news","e":"k","o":12,"n":0})");
  publication(13);
  record.take();
  say(R"({"id":1,"sub":"news","error":{"code":103,"reason":"no"}})");
  publication(14);
  EXPECT_EQ(record.take(), (lines{"subscribed news refused k:13 by hub", "news 14 14"}));
}

TEST_F(SessionHubSubscriptionsTest, GoOnBehindAGapWhenTheClientMayNotAsk) {
  open_with_news();
  publication(15);
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"sub":{"news":{"e":"k","o":10}}})"});
  publication(16);
  say(R"({"id":1,"sub":"news","error":{"code":103,"reason":"no"}})");
  publication(17);
  EXPECT_EQ(record.take(), (lines{"subscribed news refused k:16 by hub", "news 17 17"}));
}

TEST_F(SessionHubSubscriptionsTest, AreOverWhenTheHubDoesNotMakeThemAgain) {
  open_with_news();
  reopen();
  record.take();
  say(R"({"id":1,"sub":"news","error":{"code":103,"reason":"no"}})");
  EXPECT_EQ(record.take(), (lines{R"(> {"id":2,"unsub":["news"]})", "unsubscribed news 103 no"}));
}

TEST_F(SessionHubSubscriptionsTest, ToPatternsStandAlready) {
  open();
  say(R"({"sub":"a.*"})");
  reopen();
  say(R"({"sub":"a.*"})");
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":1,"sub":{"a.*":{}}})"}));
  say(R"({"id":1,"sub":"a.*","error":{"code":105,"reason":"already subscribed"}})");
  EXPECT_EQ(record.take(), lines{"subscribed a.* pattern by hub"});
}

TEST_F(SessionHubSubscriptionsTest, EndWhenTheHubSaysSo) {
  open_with_news();
  say(R"({"unsub":"news","code":2600,"reason":"ended by the application"})");
  publication(11);
  EXPECT_EQ(record.take(), lines{"unsubscribed news 2600 ended by the application"});
  reopen();
  EXPECT_EQ(record.take(), lines{"open"});
}

TEST_F(SessionHubSubscriptionsTest, EndWhenTheClientSaysSo) {
  open_with_news();
  session.unsubscribe("news");
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"unsub":["news"]})"});
  say(R"({"sub":"news","e":"k","o":12,"n":0})");
  EXPECT_EQ(record.take(), lines{}) << "it was made before the unsub was read";
  say(R"({"id":1,"ok":{}})");
  say(R"({"sub":"news","e":"k","o":13,"n":0})");
  EXPECT_EQ(record.take(), lines{"subscribed news first k:13 by hub"});
}

TEST_F(SessionHubSubscriptionsTest, BecomeTheClientsOwn) {
  open_with_news();
  session.subscribe("news", {}, [this](const client_publication&) { record.add("own"); });
  publication(11);
  EXPECT_EQ(record.take(), lines{"own"});
  reopen();
  say(R"({"id":1,"sub":"news","e":"k","o":11,"rec":true,"n":0})");
  EXPECT_EQ(record.take().back(), "subscribed news recovered k:11");
}

TEST_F(SessionHubSubscriptionsTest, AreIgnoredWhenTheyAreNone) {
  open();
  for (const std::string_view frame :
       {R"({"sub":"a b","e":"k","o":1})", R"({"sub":"a"})", R"({"sub":"a.*","e":"k","o":1})"}) {
    say(frame);
    EXPECT_EQ(record.take(), lines{}) << frame;
  }
}

// A server must not make a client keep whatever it likes.
TEST_F(SessionHubSubscriptionsTest, AreDeclinedWhenTheyAreTooMany) {
  open();
  for (int i = 0; i < 100'000; ++i)
    say(R"({"sub":"t)" + std::to_string(i) + R"(","e":"k","o":1,"n":0})");
  record.take();
  say(R"({"sub":"news","e":"k","o":1,"n":0})");
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"unsub":["news"]})"});
  // And not what it was declined either.
  EXPECT_THROW(
      {
        for (int i = 0; i < 100'000; ++i)
          say(R"({"sub":"more)" + std::to_string(i) + R"(","e":"k","o":1,"n":0})");
      },
      std::length_error);
  EXPECT_LE(record.take().size(), 1000U);
}

}  // namespace
}  // namespace broadcast_hub
