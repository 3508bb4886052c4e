#include "session_fixture.hpp"

#include <string>

namespace broadcast_hub {
namespace {

class SessionPresenceTest : public test::session_fixture {
 protected:
  void ask_presence() {
    const auto told = [this](const client_presence_result& result) {
      std::string line = "present " + std::to_string(result.count);
      for (const client_subscriber& each : result.clients)
        line += " " + test::session_record::described(each);
      record.add(result ? line : result.error.message() + " " + std::to_string(result.code));
    };
    session.presence("chat", told);
  }

  void ask_history() {
    const auto told = [this](const client_history_result& result) {
      std::string line =
          "history to " + result.newest.epoch + ":" + std::to_string(result.newest.offset);
      for (const past_publication& each : result.publications)
        line += " " + std::to_string(each.offset) + "=" + each.payload;
      record.add(result ? line : result.error.message());
    };
    session.history("news", {topic_position{"k", 10}, 5}, told);
  }

  /// Subscribed to chat with presence, at k:1, with nothing written down.
  void open_with_chat() {
    open();
    subscribe("chat", {{}, 0, true});
    say(R"({"id":1,"sub":"chat","e":"k","o":1,"n":0})");
    record.take();
  }
};

TEST_F(SessionPresenceTest, AsksWhoIsThere) {
  open();
  ask_presence();
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"presence":"chat"})"});
  say(R"({"id":1,"ok":{"clients":{"c1":{"user":"u1","info":{"a":1}},"c2":{}},"n":2}})");
  EXPECT_EQ(record.take(), lines{R"(present 2 c1/u1/{"a":1} c2//)"});
}

TEST_F(SessionPresenceTest, AsksForThePast) {
  open();
  ask_history();
  EXPECT_EQ(record.take(),
            lines{R"(> {"id":1,"history":"news","since":{"e":"k","o":10},"limit":5})"});
  say(R"({"id":1,"ok":{"e":"k","o":12,"items":[{"o":11,"s":"x"},{"o":12,"d":[1]}]}})");
  EXPECT_EQ(record.take(), lines{"history to k:12 11=x 12=[1]"});
}

TEST_F(SessionPresenceTest, AreRefused) {
  open();
  ask_presence();
  record.take();
  say(R"({"id":1,"error":{"code":106,"reason":"not subscribed"}})");
  EXPECT_EQ(record.take(), lines{"the server refused 106"});
}

TEST_F(SessionPresenceTest, AreAskedAgainUntilTheyAreAnswered) {
  ask_presence();
  ask_history();
  open();
  reopen();
  EXPECT_EQ(record.take(),
            (lines{"open", R"(> {"id":1,"presence":"chat"})",
                   R"(> {"id":2,"history":"news","since":{"e":"k","o":10},"limit":5})"}));
  say(R"({"id":2,"ok":{"e":"k","o":0,"items":[]}})");
  say(R"({"id":1,"ok":{"n":812}})");
  EXPECT_EQ(record.take(), (lines{"history to k:0", "present 812"}));
  reopen();
  EXPECT_EQ(record.take(), lines{"open"});
}

TEST_F(SessionPresenceTest, AreOverWhenTheClientIs) {
  open();
  ask_presence();
  record.take();
  session.stop();
  ask_history();
  const std::string ended = "the client has ended; make a new one";
  EXPECT_EQ(record.take(),
            (lines{"close", ended + " 0", "closed 1000 closed by the application", ended}));
}

TEST_F(SessionPresenceTest, TakesAnAnswerOfAnotherKindForAnEmptyOne) {
  open();
  ask_presence();
  record.take();
  say(R"({"id":1,"ok":{"e":"k","o":3}})");
  EXPECT_EQ(record.take(), lines{"present 0"});
}

TEST_F(SessionPresenceTest, TellsWhoComesAndGoes) {
  open();
  subscribe("chat", {{}, 0, true});
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"sub":{"chat":{"presence":true}}})"});
  say(R"({"id":1,"sub":"chat","e":"k","o":1,"n":0})");
  record.take();
  say(R"({"t":"chat","join":[{"cid":"c2","user":"u2"}],"leave":[{"cid":"c3"}],"n":12})");
  say(R"({"t":"chat","n":812})");
  say(R"({"t":"other","n":812})");
  EXPECT_EQ(record.take(), (lines{"presence chat 12 +c2/u2/ -c3//", "presence chat 812"}));
}

TEST_F(SessionPresenceTest, IsAddedToASubscription) {
  open();
  subscribe("chat");
  say(R"({"id":1,"sub":"chat","e":"k","o":1,"n":0})");
  record.take();
  subscribe("chat", {{}, 0, true});
  subscribe("chat", {{}, 0, true});
  EXPECT_EQ(record.take(), lines{R"(> {"id":2,"sub":{"chat":{"presence":true,"e":"k","o":1}}})"});
}

TEST_F(SessionPresenceTest, IsAddedWhenTheAnswerHasCome) {
  open();
  subscribe("chat");
  subscribe("chat", {{}, 0, true});
  record.take();
  say(R"({"id":1,"sub":"chat","e":"k","o":1,"n":0})");
  EXPECT_EQ(record.take(), (lines{"subscribed chat first k:1",
                                  R"(> {"id":2,"sub":{"chat":{"presence":true,"e":"k","o":1}}})"}));
}

TEST_F(SessionPresenceTest, IsSwitchedOffByWhoSubscribesWithout) {
  open_with_chat();
  subscribe("chat");
  subscribe("chat");
  EXPECT_EQ(record.take(), lines{R"(> {"id":2,"sub":{"chat":{"e":"k","o":1}}})"});
  say(R"({"t":"chat","n":3})");
  EXPECT_EQ(record.take(), lines{}) << "it crossed the question";
  say(R"({"id":2,"sub":"chat","e":"k","o":1,"rec":true,"n":0})");
  EXPECT_EQ(record.take(), lines{"subscribed chat recovered k:1"});
  reopen();
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":3,"sub":{"chat":{"e":"k","o":1}}})"}));
}

// Once the subscription was ended for good, with whoever heard it.
TEST_F(SessionPresenceTest, IsRefusedAloneWhereTheSubscriptionIsLive) {
  open();
  subscribe("chat");
  say(R"({"id":1,"sub":"chat","e":"k","o":1,"n":0})");
  subscribe("chat", {{}, 0, true});
  record.take();
  publication(2, "chat");
  say(R"({"id":2,"sub":"chat","error":{"code":103,"reason":"no presence"}})");
  EXPECT_EQ(record.take(), (lines{"error 103 no presence of chat",
                                  R"(> {"id":3,"sub":{"chat":{"e":"k","o":1}}})"}));
  say(R"({"id":3,"sub":"chat","e":"k","o":2,"rec":true,"n":1})");
  publication(2, "chat");
  EXPECT_EQ(record.take(), (lines{"subscribed chat recovered k:1", "chat 2 2"}));
  reopen();
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":4,"sub":{"chat":{"e":"k","o":2}}})"}));
}

TEST_F(SessionPresenceTest, IsRefusedAloneAfterAReconnect) {
  open_with_chat();
  reopen();
  record.take();
  say(R"({"id":2,"sub":"chat","error":{"code":103,"reason":"not any more"}})");
  EXPECT_EQ(record.take(), (lines{"error 103 not any more of chat",
                                  R"(> {"id":3,"sub":{"chat":{"e":"k","o":1}}})"}));
  say(R"({"id":3,"sub":"chat","error":{"code":103,"reason":"nor the topic"}})");
  EXPECT_EQ(record.take(),
            (lines{R"(> {"id":4,"unsub":["chat"]})", "unsubscribed chat 103 nor the topic"}));
}

TEST_F(SessionPresenceTest, EndsASubscriptionThatBeganWithIt) {
  open();
  subscribe("chat", {topic_position{"k", 1}, 0, true});
  record.take();
  say(R"({"id":1,"sub":"chat","error":{"code":103,"reason":"no presence"}})");
  EXPECT_EQ(record.take().back(), "unsubscribed chat 103 no presence");
}

TEST_F(SessionPresenceTest, IsRefusedAloneWhereTheHubHasMadeTheSubscription) {
  open();
  say(R"({"sub":"chat","e":"k","o":1,"n":0})");
  subscribe("chat", {{}, 0, true});
  record.take();
  say(R"({"id":1,"sub":"chat","error":{"code":103,"reason":"no presence"}})");
  EXPECT_EQ(record.take(), (lines{"error 103 no presence of chat",
                                  R"(> {"id":2,"sub":{"chat":{"e":"k","o":1}}})"}));
}

TEST_F(SessionPresenceTest, HistorySaysWhenNotAllHadRoom) {
  open();
  std::string told;
  const auto note = [&](const client_history_result& got) { told += got.more ? "more " : "all "; };
  session.history("news", {}, note);
  session.history("news", {}, note);
  say(R"({"id":1,"ok":{"e":"k","o":0,"items":[]}})");
  say(R"({"id":2,"ok":{"e":"k","o":12,"items":[{"o":12,"d":1}],"more":true}})");
  EXPECT_EQ(told, "all more ");
}

}  // namespace
}  // namespace broadcast_hub
