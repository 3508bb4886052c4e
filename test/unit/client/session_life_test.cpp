#include "session_fixture.hpp"

#include <chrono>
#include <string>

// Rules 3 and 4 of docs/reference/protocol.md.

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

class SessionLifeTest : public test::session_fixture {};

TEST_F(SessionLifeTest, IsOpenWhenTheServerHasSaidHello) {
  session.start(now);
  EXPECT_EQ(record.take(), (lines{"connecting", "connect"}));
  say(hello);
  EXPECT_EQ(record.take(), lines{"open"});
}

TEST_F(SessionLifeTest, GivesUpAnAttemptWithoutHello) {
  session.start(now);
  record.take();
  pass(9'999ms);
  EXPECT_EQ(record.take(), lines{});
  pass(1ms);
  EXPECT_EQ(record.take(),
            (lines{"disconnect hub.example:8081: no session within the timeout",
                   "waiting 1006 hub.example:8081: no session within the timeout, 0 ms"}));
  session.on_time(now);
  EXPECT_EQ(record.take(), (lines{"connecting", "connect"}));
}

TEST_F(SessionLifeTest, AnswersPings) {
  open();
  say("{}");
  EXPECT_EQ(record.take(), lines{"> {}"});
}

TEST_F(SessionLifeTest, LeavesAServerThatIsSilentForPingAndTenSeconds) {
  open();
  pass(34'999ms);
  EXPECT_EQ(record.take(), lines{});
  pass(1ms);
  const std::string reason = "hub.example:8081: nothing was heard of the server for too long";
  EXPECT_EQ(record.take(), (lines{"disconnect " + reason, "waiting 1006 " + reason + ", 0 ms"}));
}

TEST_F(SessionLifeTest, EveryFrameBreaksTheSilence) {
  open();
  for (const std::string_view frame : {"{}", "no frame", R"({"later":1})"}) {
    pass(34'999ms);
    say(frame);
    EXPECT_EQ(session.next_due(), now + 35s) << frame;
  }
}

TEST_F(SessionLifeTest, WaitsForEverWhenTheServerDoesNotPing) {
  session.start(now);
  say(R"({"hello":{"cid":"c1","ping":0,"retry":[1,2],"v":"1"}})");
  EXPECT_FALSE(session.next_due());
}

TEST_F(SessionLifeTest, ComesBackAfterTheRightCodes) {
  open();
  lose(1006);
  EXPECT_EQ(record.take(), lines{"waiting 1006 lost, 0 ms"});
  session.on_time(now);
  EXPECT_EQ(record.take(), (lines{"connecting", "connect"}));
  lose(4008);
  EXPECT_EQ(record.take(), lines{"waiting 4008 lost, 0 ms"});
}

TEST_F(SessionLifeTest, EndsAfterTheOthers) {
  open();
  lose(4503);
  EXPECT_EQ(record.take(), (lines{"close", "closed 4503 lost"}));
  EXPECT_FALSE(session.next_due());
  lose(1006);
  session.stop();
  EXPECT_EQ(record.take(), lines{});
}

TEST_F(SessionLifeTest, WaitsWithinTheBoundsOfTheHello) {
  session.start(now);
  say(R"({"hello":{"cid":"c1","ping":0,"retry":[4000,4000],"v":"1"}})");
  drawn = 1;
  lose(1006);
  EXPECT_EQ(record.take().back(),
            "waiting 1006 lost, " + std::to_string(((1LL << 32) + 1) % 4001) + " ms");
}

// Once its next attempts followed one another without a pause.
TEST_F(SessionLifeTest, KeepsItsOwnBoundsWhenTheHelloHasNoLeastWait) {
  session.start(now);
  say(R"({"hello":{"cid":"c1","ping":0,"retry":[0,4000],"v":"1"}})");
  drawn = 1;
  lose(1006);
  EXPECT_EQ(record.take().back(),
            "waiting 1006 lost, " + std::to_string(((1LL << 32) + 1) % 501) + " ms");
}

TEST_F(SessionLifeTest, TellsItsNameAtTheHub) {
  session.start(now);
  record.take();
  say(R"({"hello":{"cid":"c7","ping":0}})");
  EXPECT_EQ(record.take(), lines{"open as c7"});
}

TEST_F(SessionLifeTest, TakesNothingButAHelloAtFirst) {
  session.start(now);
  record.take();
  for (const std::string_view frame :
       {"{}", R"({"msg":1})", R"({"sub":"a","e":"k","o":1})", R"({"bye":{"after":[1,2]}})"})
    say(frame);
  EXPECT_EQ(record.take(), lines{});
}

TEST_F(SessionLifeTest, TakesNothingOnceItIsClosed) {
  open();
  session.stop();
  record.take();
  for (const std::string_view frame : {"{}", hello.data(), R"({"sub":"a","e":"k","o":1})"})
    say(frame);
  EXPECT_EQ(record.take(), lines{});
}

TEST_F(SessionLifeTest, ComesBackWithinTheBoundsOfABye) {
  open();
  say(R"({"bye":{"after":[2000,30000]}})");
  lose(1012);
  EXPECT_EQ(record.take(), lines{"waiting 1012 lost, 2000 ms"});
  pass(1'999ms);
  EXPECT_EQ(record.take(), lines{});
  pass(1ms);
  EXPECT_EQ(record.take(), (lines{"connecting", "connect"}));
}

TEST_F(SessionLifeTest, IgnoresAHelloInASession) {
  open();
  say(R"({"hello":{"cid":"c2","ping":1,"retry":[1,2],"v":"1"}})");
  EXPECT_EQ(record.take(), lines{});
  EXPECT_EQ(session.next_due(), now + 35s);
}

TEST_F(SessionLifeTest, StopsInEveryState) {
  session.start(now);
  record.take();
  session.stop();
  EXPECT_EQ(record.take(), (lines{"close", "closed 1000 closed by the application"}));
  session.stop();
  session.on_time(now + 1h);
  EXPECT_EQ(record.take(), lines{});
}

TEST_F(SessionLifeTest, StopsWhileItWaits) {
  open();
  lose(1006);
  record.take();
  session.stop();
  EXPECT_EQ(record.take(), (lines{"close", "closed 1000 closed by the application"}));
  EXPECT_FALSE(session.next_due());
}

TEST_F(SessionLifeTest, LivesWithWhatIsNoFrame) {
  open();
  for (const std::string_view frame :
       {"", "[]", "null", "{", R"({"t":1,"o":1})", R"({"hello":3})", R"({"id":7,"ok":3})",
        R"({"t":"a","o":1,"d":1})", R"({"id":99,"ok":{}})", R"({"sub":"a"})", R"({"t":"a","n":1})",
        R"({"unsub":"a","code":2500})", R"({"id":9,"error":{"code":100}})"}) {
    say(frame);
    EXPECT_EQ(record.take(), lines{}) << frame;
  }
}

TEST_F(SessionLifeTest, ExchangesMessages) {
  session.send(R"({"s":"lost"})");
  open();
  session.send(R"({"s":"text"})");
  EXPECT_EQ(record.take(), (lines{R"(> {"s":"text"})"}));
  say(R"({"msg":[1]})");
  say(R"({"s":"text"})");
  EXPECT_EQ(record.take(), (lines{"message [1]", "message text"}));
}

}  // namespace
}  // namespace broadcast_hub
