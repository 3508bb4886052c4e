#include "session_fixture.hpp"

#include <broadcast_hub/error.hpp>

#include <string>

// Rule 6 of docs/reference/protocol.md.

namespace broadcast_hub {
namespace {

class SessionPublishTest : public test::session_fixture {
 protected:
  void publish(const std::string& payload) {
    session.publish("chat", message_kind::text, payload, {}, note(payload));
  }
};

TEST_F(SessionPublishTest, TellsWhatBecameOfIt) {
  open();
  publish("1");
  publish("2");
  EXPECT_EQ(record.take(), (lines{R"(> {"id":1,"pub":"chat","key":"0000.1","d":1})",
                                  R"(> {"id":2,"pub":"chat","key":"0000.2","d":2})"}));
  say(R"({"id":2,"error":{"code":103,"reason":"no"}})");
  say(R"({"id":1,"ok":{"e":"k","o":7}})");
  EXPECT_EQ(record.take(), (lines{"2: the server refused 103 no", "1 at k:7"}));
}

TEST_F(SessionPublishTest, AnswersCountOnce) {
  open();
  publish("1");
  say(R"({"id":1,"ok":{"e":"k","o":7}})");
  record.take();
  say(R"({"id":1,"ok":{"e":"k","o":7}})");
  say(R"({"id":1,"error":{"code":100}})");
  EXPECT_EQ(record.take(), lines{});
}

TEST_F(SessionPublishTest, IsOverWhenTheServerWouldCloseForIt) {
  publish("\"before\"");
  session.start(now);
  record.take();
  const std::string least = R"({"id":2,"pub":"chat","key":"0000.2","d":2})";
  say(R"({"hello":{"cid":"c1","max":)" + std::to_string(least.size()) + "}}");
  EXPECT_EQ(record.take(),
            (lines{"open", "\"before\": " + make_error_code(errc::message_too_big).message() +
                               " 0 a message of 49 bytes; the server takes 42"}));
  publish("2");
  publish("33");
  EXPECT_EQ(record.take(),
            (lines{"> " + least, "33: " + make_error_code(errc::message_too_big).message() +
                                     " 0 a message of 43 bytes; the server takes 42"}));
  session.send(std::string(43, ' '));
  session.send(std::string(42, ' '));
  EXPECT_EQ(record.take(), (lines{"> " + std::string(42, ' ')}));
  reopen();  // and nothing of it is left
  EXPECT_EQ(record.take(), (lines{"open", "> " + least}));
}

TEST_F(SessionPublishTest, WaitsForAConnection) {
  publish("1");
  session.start(now);
  publish("2");
  record.take();
  say(hello);
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":1,"pub":"chat","key":"0000.1","d":1})",
                                  R"(> {"id":2,"pub":"chat","key":"0000.2","d":2})"}));
}

TEST_F(SessionPublishTest, IsSentAgainWithItsKeyUntilItIsAnswered) {
  open();
  publish("1");
  publish("2");
  say(R"({"id":1,"ok":{"e":"k","o":7}})");
  const lines expected{"open", R"(> {"id":2,"pub":"chat","key":"0000.2","d":2})"};
  reopen();
  EXPECT_EQ(record.take(), expected);
  reopen();
  EXPECT_EQ(record.take(), expected);
  say(R"({"id":2,"ok":{"e":"k","o":8}})");
  EXPECT_EQ(record.take(), lines{"2 at k:8"});
  reopen();
  EXPECT_EQ(record.take(), lines{"open"});
}

TEST_F(SessionPublishTest, FollowsTheSubscriptions) {
  publish("1");
  subscribe("chat");
  session.start(now);
  record.take();
  say(hello);
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":2,"sub":{"chat":{}}})",
                                  R"(> {"id":1,"pub":"chat","key":"0000.1","d":1})"}));
}

TEST_F(SessionPublishTest, IsOverWhenTheClientIs) {
  open();
  publish("1");
  record.take();
  session.stop();
  publish("2");
  EXPECT_EQ(record.take(), (lines{"close", "1: the client has ended; make a new one 0 ",
                                  "closed 1000 closed by the application",
                                  "2: the client has ended; make a new one 0 "}));
}

TEST_F(SessionPublishTest, TellsWhenToTryAgain) {
  open();
  std::chrono::milliseconds after{0};
  session.publish("chat", message_kind::text, "1", {},
                  [&](const client_publish_result& result) { after = result.retry_after; });
  say(R"({"id":1,"error":{"code":108,"reason":"","retry_after":250}})");
  EXPECT_EQ(after, std::chrono::milliseconds(250));
}

TEST_F(SessionPublishTest, KeysOfTwoClientsDiffer) {
  test::session_record record_one;
  test::session_record record_two;
  client_session one({}, system_random(), log, record_one);
  client_session two({}, system_random(), log, record_two);
  for (client_session* each : {&one, &two}) {
    each->publish("a", message_kind::text, "1", {}, {});
    each->start(now);
    each->on_text(hello, now);
  }
  EXPECT_NE(record_one.take().back(), record_two.take().back());
}

// Once it had 96 random bits.
TEST_F(SessionPublishTest, KeysHaveAsManyRandomBitsAsAUuid) {
  int draws = 0;
  const random_source counted = [&draws] {
    ++draws;
    return 1U;
  };
  test::session_record record_one;
  client_session one({}, counted, log, record_one);
  EXPECT_GE(draws * 32, 122);
}

TEST_F(SessionPublishTest, KeepsTheKeyOfTheApplication) {
  open();
  session.publish("chat", message_kind::text, "1", "mine", note("1"));
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"pub":"chat","key":"mine","d":1})"});
  reopen();
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":1,"pub":"chat","key":"mine","d":1})"}));
}

TEST_F(SessionPublishTest, ResultsNameTheirTopic) {
  open();
  std::string topics;
  for (const std::string topic : {"a", "b", "c"}) {
    session.publish(topic, message_kind::text, "1", {},
                    [&](const client_publish_result& result) { topics += result.topic + " "; });
  }
  say(R"({"id":2,"error":{"code":103,"reason":"no"}})");
  say(R"({"id":1,"ok":{"e":"k","o":7}})");
  session.stop();
  EXPECT_EQ(topics, "b a c ");
}

}  // namespace
}  // namespace broadcast_hub
