#include "session_fixture.hpp"

#include <string>

namespace broadcast_hub::session {
namespace {

using namespace broadcast_hub::test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class SessionHeartbeatTest : public test::session_fixture {};

TEST_F(SessionHeartbeatTest, APingIsSentAfterSilence) {
  open();
  pass(25s - 1ms);
  EXPECT_THAT(sent_frames(), IsEmpty());
  pass(1ms);
  EXPECT_THAT(sent_frames(), ElementsAre("ping:"));
}

TEST_F(SessionHeartbeatTest, WithoutAnAnswerItIsClosedWith4000) {
  open();
  pass(25s);
  EXPECT_THAT(sent_frames(), ElementsAre("ping:"));
  pass(10s - 1ms);
  EXPECT_EQ(peer().now_in(), phase::open);
  EXPECT_EQ(peer().on_deadline(now_ += 1ms), action::none);
  EXPECT_EQ(peer().now_in(), phase::finishing);
  EXPECT_THAT(sent_frames(), ElementsAre("close:4000 no answer to a ping"));
  EXPECT_EQ(last_action_, action::end_socket);
  EXPECT_EQ(peer().ended_by(), cause::idle);
  EXPECT_EQ(ending(), "4000 no answer to a ping");
}

TEST_F(SessionHeartbeatTest, AFullSocketDoesNotKeepADeadPeer) {
  open();
  EXPECT_FALSE(send_text("never taken"));
  peer().out().block();
  EXPECT_EQ(pass(1min), action::end_socket);
  EXPECT_EQ(peer().ended_by(), cause::idle);
}

TEST_F(SessionHeartbeatTest, AnyTrafficPutsThePingOff) {
  open();
  for (int i = 0; i < 5; ++i) {
    pass(20s);
    receive(i % 2 == 0 ? client_frame(opcode::text, "busy") : client_frame(opcode::pong, ""));
    EXPECT_THAT(sent_frames(), IsEmpty()) << i;
  }
  pass(25s);
  EXPECT_THAT(sent_frames(), ElementsAre("ping:"));
}

// A browser shows no pings to a page, so the page counts on what it can see.
TEST_F(SessionHeartbeatTest, WhoCannotSeePingsGetsMessagesHoweverMuchItSends) {
  receive(plain_request);
  peer().open({handshake_response}, now_, true);
  join_topics();
  EXPECT_EQ(sent(), handshake_response);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      receive(client_frame(opcode::text, "busy"));
      EXPECT_THAT(sent_frames(), IsEmpty()) << round << " " << i;
      pass(6s);
    }
    receive(client_frame(opcode::text, "busy"));
    pass(1s);
    EXPECT_THAT(sent_frames(), ElementsAre("ping:", "text:{}")) << round;
    receive(client_frame(opcode::text, "{}"));
  }
  pass(25s);
  EXPECT_THAT(sent_frames(), ElementsAre("ping:", "text:{}"));
  pass(10s);
  EXPECT_EQ(peer().ended_by(), cause::idle);
}

TEST_F(SessionHeartbeatTest, OneByteIsTrafficToo) {
  open();
  pass(20s);
  receive(client_frame(opcode::text, "slow").substr(0, 1));
  pass(20s);
  EXPECT_THAT(sent_frames(), IsEmpty());
}

TEST_F(SessionHeartbeatTest, AnyAnswerToAPingWillDo) {
  for (const unsigned code : {opcode::pong, opcode::text, opcode::ping}) {
    session_.reset();
    open();
    pass(30s);
    EXPECT_THAT(sent_frames(), ElementsAre("ping:"));
    receive(client_frame(code, ""));
    sent();
    pass(25s - 1ms);
    EXPECT_THAT(sent_frames(), IsEmpty());
    EXPECT_EQ(peer().now_in(), phase::open);
    pass(1ms);
    EXPECT_THAT(sent_frames(), ElementsAre("ping:"));
  }
}

// The wait for a pong once was also the time to the next ping.
TEST_F(SessionHeartbeatTest, PingsKeepTheirRhythmWhenPongsMayTakeLonger) {
  options_.heartbeat.ping_after = 1s;
  options_.heartbeat.pong_within = 10s;
  open();
  for (int i = 0; i < 5; ++i) {
    pass(1s);
    EXPECT_THAT(sent_frames(), ElementsAre("ping:")) << i;
    receive(client_frame(opcode::pong, ""));
  }
}

TEST_F(SessionHeartbeatTest, ZeroMeansNever) {
  options_.heartbeat.ping_after = 0ms;
  open();
  EXPECT_EQ(peer().deadline(), time_point::max());
  receive(client_frame(opcode::text, "hello"));
  EXPECT_EQ(peer().deadline(), time_point::max());
}

TEST_F(SessionHeartbeatTest, AnEarlyCallDoesNothing) {
  open();
  EXPECT_EQ(peer().on_deadline(now_), action::none);
  EXPECT_THAT(sent_frames(), IsEmpty());
  pass(25s);
  sent();
  EXPECT_EQ(peer().on_deadline(now_), action::none);
  EXPECT_EQ(peer().now_in(), phase::open);
}

TEST_F(SessionHeartbeatTest, TheTimeOfACloseIsNotMovedByTraffic) {
  open();
  pass(25s);
  sent();
  close();
  const time_point deadline = peer().deadline();
  pass(1s);
  receive(client_frame(opcode::pong, ""));
  EXPECT_EQ(peer().deadline(), deadline);
}

}  // namespace
}  // namespace broadcast_hub::session
