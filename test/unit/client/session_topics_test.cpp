#include "session_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <string>

// Rules 1, 2 and 5 of docs/reference/protocol.md.

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

class SessionTopicsTest : public test::session_fixture {
 protected:
  /// Subscribed to news at k:10, with nothing written down.
  void open_with_news() {
    open();
    subscribe("news");
    say(R"({"id":1,"sub":"news","e":"k","o":10,"n":0})");
    record.take();
  }
};

TEST_F(SessionTopicsTest, SubscribesAndHears) {
  open();
  subscribe("news");
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"sub":{"news":{}}})"});
  say(R"({"id":1,"sub":"news","e":"k","o":10,"n":0})");
  publication(11);
  EXPECT_EQ(record.take(), (lines{"subscribed news first k:10", "news 11 11"}));
}

TEST_F(SessionTopicsTest, AsksForWhatIsWanted) {
  subscribe("a", {topic_position{"k", 5}});
  subscribe("b", {{}, 20});
  subscribe("c.*");
  session.start(now);
  record.take();
  say(hello);
  EXPECT_EQ(record.take(),
            (lines{"open", R"(> {"id":1,"sub":{"a":{"e":"k","o":5},"b":{"last":20},"c.*":{}}})"}));
}

TEST_F(SessionTopicsTest, IgnoresDuplicates) {
  open_with_news();
  publication(11);
  publication(11);
  publication(10);
  EXPECT_EQ(record.take(), lines{"news 11 11"});
}

TEST_F(SessionTopicsTest, AsksAgainBehindAGapAndIgnoresTheTopicUntilTheAnswer) {
  open_with_news();
  publication(13);
  EXPECT_EQ(record.take(), lines{R"(> {"id":2,"sub":{"news":{"e":"k","o":10}}})"});
  publication(14);
  publication(11);
  EXPECT_EQ(record.take(), lines{});
  say(R"({"id":2,"sub":"news","e":"k","o":14,"rec":true,"n":4})");
  for (const std::uint64_t offset : {11U, 12U, 13U, 14U, 15U})
    publication(offset);
  EXPECT_EQ(record.take(), (lines{"subscribed news recovered k:10", "news 11 11", "news 12 12",
                                  "news 13 13", "news 14 14", "news 15 15"}));
}

// Once a client that was behind asked again for what is never sent, and was closed for it.
TEST_F(SessionTopicsTest, TellsHowManyWereSkippedWhereThePolicyDoesSo) {
  open();
  subscribe("news");
  for (const std::string policy : {"latest", "drop_oldest"}) {
    const std::string id = policy == "latest" ? "1" : "2";
    say(R"({"id":)" + id + R"(,"sub":"news","e":"k","o":10,"n":0,"m":")" + policy + R"("})");
    record.take();
    publication(15);
    publication(14);
    publication(16);
    publication(20);
    EXPECT_EQ(record.take(), (lines{"news 15 15 skipped 4", "news 16 16", "news 20 20 skipped 3"}))
        << policy;
    reopen();
    record.take();
  }
}

TEST_F(SessionTopicsTest, BeginsWithTheNewestWhenItsPositionIsNotKept) {
  open();
  subscribe("news", {{}, 1});
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"sub":{"news":{"last":1}}})"});
  say(R"({"id":1,"sub":"news","e":"k","o":10,"n":0})");
  reopen();
  EXPECT_EQ(record.take(),
            (lines{"open", R"(> {"id":2,"sub":{"news":{"e":"k","o":10,"last":1}}})"}));
  say(R"({"id":2,"sub":"news","e":"k","o":44,"rec":false,"why":"gap","n":1})");
  publication(44);
  publication(45);
  EXPECT_EQ(record.take(), (lines{"subscribed news gap k:43", "news 44 44", "news 45 45"}));
}

TEST_F(SessionTopicsTest, ResumesWithItsPosition) {
  open_with_news();
  publication(11);
  reopen();
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":2,"sub":{"news":{"e":"k","o":11}}})"}));
  say(R"({"id":2,"sub":"news","e":"k","o":13,"rec":true,"n":2})");
  publication(12);
  publication(13);
  EXPECT_EQ(record.take(), (lines{"subscribed news recovered k:11", "news 12 12", "news 13 13"}));
}

TEST_F(SessionTopicsTest, TellsThatSomethingIsMissing) {
  open_with_news();
  reopen();
  record.take();
  say(R"({"id":2,"sub":"news","e":"m","o":3,"rec":false,"why":"epoch","n":0})");
  publication(4);
  EXPECT_EQ(record.take(), (lines{"subscribed news epoch m:3", "news 4 4"}));
}

TEST_F(SessionTopicsTest, TakesOnlyTheAnswerToItsLastQuestion) {
  open();
  subscribe("news");
  session.unsubscribe("news");
  subscribe("news");
  EXPECT_EQ(record.take(),
            (lines{R"(> {"id":1,"sub":{"news":{}}})", R"(> {"id":2,"unsub":["news"]})",
                   R"(> {"id":3,"sub":{"news":{}}})"}));
  say(R"({"id":1,"sub":"news","e":"k","o":10,"n":0})");
  publication(11);
  EXPECT_EQ(record.take(), lines{});
  say(R"({"id":3,"sub":"news","e":"k","o":11,"n":0})");
  publication(12);
  EXPECT_EQ(record.take(), (lines{"subscribed news first k:11", "news 12 12"}));
}

TEST_F(SessionTopicsTest, UnsubscribesOnceAndHearsNothingMore) {
  open_with_news();
  session.unsubscribe("news");
  session.unsubscribe("news");
  publication(11);
  EXPECT_EQ(record.take(), lines{R"(> {"id":2,"unsub":["news"]})"});
  reopen();
  EXPECT_EQ(record.take(), lines{"open"});
}

TEST_F(SessionTopicsTest, ReplacesTheFunction) {
  open_with_news();
  session.subscribe("news", {}, [this](const client_publication&) { record.add("new one"); });
  publication(11);
  EXPECT_EQ(record.take(), lines{"new one"});
}

TEST_F(SessionTopicsTest, EndsWhatIsRefused) {
  open();
  subscribe("secret");
  subscribe("news");
  record.take();
  say(R"({"id":1,"sub":"secret","error":{"code":103,"reason":"no"}})");
  EXPECT_EQ(record.take(), lines{"unsubscribed secret 103 no"});
  reopen();
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":3,"sub":{"news":{}}})"}));
}

// Once one topic that was too much ended all the others.
TEST_F(SessionTopicsTest, AsksForEachWhenAllOfAQuestionIsRefused) {
  subscribe("a");
  subscribe("b");
  open();
  say(R"({"id":1,"error":{"code":107,"reason":"too many"}})");
  EXPECT_EQ(record.take(), (lines{R"(> {"id":2,"sub":{"a":{}}})", R"(> {"id":3,"sub":{"b":{}}})"}));
  say(R"({"id":2,"error":{"code":107,"reason":"too many"}})");
  EXPECT_EQ(record.take(), lines{"unsubscribed a 107 too many"});
}

TEST_F(SessionTopicsTest, AsksAgainLaterWhenARefusalPasses) {
  open();
  subscribe("news");
  record.take();
  say(R"({"id":1,"sub":"news","error":{"code":108,"reason":"slowly","retry_after":250}})");
  pass(249ms);
  EXPECT_EQ(record.take(), lines{});
  pass(1ms);
  EXPECT_EQ(record.take(), lines{R"(> {"id":2,"sub":{"news":{}}})"});
  say(R"({"id":2,"sub":"news","error":{"code":105,"reason":"already"}})");
  EXPECT_EQ(record.take(), lines{R"(> {"id":3,"unsub":["news"]})"});
  pass(0ms);
  EXPECT_EQ(record.take(), lines{R"(> {"id":4,"sub":{"news":{}}})"});
}

TEST_F(SessionTopicsTest, DoesNotAskLaterForWhatIsOver) {
  open();
  subscribe("news");
  say(R"({"id":1,"sub":"news","error":{"code":100,"reason":"","retry_after":50}})");
  session.unsubscribe("news");
  record.take();
  pass(50ms);
  EXPECT_EQ(record.take(), lines{});
}

TEST_F(SessionTopicsTest, FollowsTheServerThatEndsASubscription) {
  open_with_news();
  say(R"({"unsub":"news","code":2500,"reason":"moved"})");
  EXPECT_EQ(record.take(), lines{});
  pass(0ms);
  EXPECT_EQ(record.take(), lines{R"(> {"id":2,"sub":{"news":{"e":"k","o":10}}})"});
  say(R"({"id":2,"sub":"news","e":"k","o":10,"rec":true,"n":0})");
  record.take();
  say(R"({"unsub":"news","code":2600,"reason":"gone"})");
  EXPECT_EQ(record.take(), lines{"unsubscribed news 2600 gone"});
  reopen();
  EXPECT_EQ(record.take(), lines{"open"});
}

// Else the server would have a subscription that the application was told is over.
TEST_F(SessionTopicsTest, EndsAlsoWhatItAskedForWhenTheServerEndsASubscription) {
  open_with_news();
  publication(13);
  record.take();
  say(R"({"unsub":"news","code":2600,"reason":"gone"})");
  EXPECT_EQ(record.take(),
            (lines{R"(> {"id":3,"unsub":["news"]})", "unsubscribed news 2600 gone"}));
}

TEST_F(SessionTopicsTest, TakesAnEndForThatOfTheSubscriptionBefore) {
  open_with_news();
  session.unsubscribe("news");
  subscribe("news");
  record.take();
  say(R"({"unsub":"news","code":2600,"reason":"gone"})");
  say(R"({"id":2,"sub":"news","error":{"code":106,"reason":"not subscribed"}})");
  say(R"({"id":3,"sub":"news","e":"k","o":10,"n":0})");
  EXPECT_EQ(record.take(), lines{"subscribed news first k:10"});
}

// Once each publication made it ask again at once.
TEST_F(SessionTopicsTest, WaitsAlsoWhenPublicationsCome) {
  open_with_news();
  publication(13);
  say(R"({"id":2,"sub":"news","error":{"code":108,"reason":"slowly","retry_after":250}})");
  record.take();
  publication(14);
  EXPECT_EQ(record.take(), lines{});
  pass(250ms);
  EXPECT_EQ(record.take(), lines{R"(> {"id":3,"sub":{"news":{"e":"k","o":10}}})"});
}

TEST_F(SessionTopicsTest, EndsAtTheServerWhatItMayNotAskForAgain) {
  open_with_news();
  publication(13);
  record.take();
  say(R"({"id":2,"sub":"news","error":{"code":103,"reason":"not any more"}})");
  EXPECT_EQ(record.take(),
            (lines{R"(> {"id":3,"unsub":["news"]})", "unsubscribed news 103 not any more"}));
}

TEST_F(SessionTopicsTest, AsksForManyInSeveralFrames) {
  for (int i = 0; i < 41; ++i)
    subscribe("t" + std::to_string(i));
  session.start(now);
  record.take();
  say(hello);
  EXPECT_EQ(record.take().size(), 4U) << "open, twice 20 topics, and one";
  for (int i = 0; i < 100; ++i)
    subscribe("long" + std::to_string(i) + std::string(240, 'x'));
  reopen();
  for (const std::string& line : record.take())
    EXPECT_LE(line.size(), 4096U);
}

TEST_F(SessionTopicsTest, AsksForAsManyAtOnceAsTheServerTakes) {
  for (int i = 0; i < 20; ++i) {
    const std::string topic = "long" + std::to_string(i) + std::string(100, 'x');
    subscribe(topic, {topic_position{std::string(13, 'z'), 9'007'199'254'740'991}, 0, true});
  }
  session.start(now);
  record.take();
  say(R"({"hello":{"cid":"c1","max":1000}})");
  const lines sent = record.take();
  EXPECT_GT(sent.size(), 3U);
  EXPECT_LT(sent.size(), 10U);
  for (const std::string& line : sent)
    EXPECT_LE(line.size(), std::string("> ").size() + 1000) << line;
}

}  // namespace
}  // namespace broadcast_hub
