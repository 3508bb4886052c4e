#include "session_fixture.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

using namespace broadcast_hub::test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class SessionCloseTest : public test::session_fixture {
 protected:
  void SetUp() override { open(); }
};

TEST_F(SessionCloseTest, OurCloseWaitsBehindEverything) {
  publish("A");
  EXPECT_FALSE(send_text("B"));
  publish("C");
  EXPECT_FALSE(close(close_code::going_away, "bye"));
  publish("late");
  EXPECT_EQ(send_text("late"), errc::connection_closing);
  EXPECT_EQ(close(), errc::connection_closing);
  EXPECT_THAT(sent_frames(), ElementsAre("text:A", "text:B", "text:C", "close:1001 bye"));
  EXPECT_EQ(last_action_, action::none);
}

TEST_F(SessionCloseTest, TheSocketEndsWithThePeersAnswer) {
  close(close_code::normal, "bye");
  sent();
  receive(client_close_frame(1000, "bye too"));
  EXPECT_EQ(peer().now_in(), phase::finishing);
  EXPECT_THAT(sent_frames(), IsEmpty());
  EXPECT_EQ(last_action_, action::end_socket);
  EXPECT_EQ(ending(), "1000 bye, clean");
}

TEST_F(SessionCloseTest, WithoutAnAnswerTheSocketEndsAfterTheTimeout) {
  close(close_code{4500}, "go away");
  sent();
  EXPECT_EQ(pass(options_.timeouts.close - 1ms), action::none);
  EXPECT_EQ(pass(1ms), action::end_socket);
  EXPECT_EQ(ending(), "4500 go away");
}

TEST_F(SessionCloseTest, ACloseThatNeverLeavesEndsAfterTheTimeoutToo) {
  EXPECT_FALSE(send_text("never taken"));
  close();
  EXPECT_EQ(pass(options_.timeouts.close), action::end_socket);
  EXPECT_EQ(ending(), "1000");
}

TEST_F(SessionCloseTest, MessagesBehindOurCloseAreNotDelivered) {
  events_.clear();
  close();
  sent();
  receive(client_frame(opcode::text, "too late") + client_frame(opcode::ping, "?") +
          client_close_frame(1000));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_THAT(sent_frames(), IsEmpty());
  EXPECT_EQ(ending(), "1000, clean");
}

TEST_F(SessionCloseTest, ThePeersCloseIsEchoed) {
  EXPECT_FALSE(send_text("queued"));
  publish("published");
  receive(client_close_frame(4001, "own reason"));
  EXPECT_EQ(peer().now_in(), phase::draining);
  EXPECT_FALSE(peer().ending().clean);  // the echo has not left yet
  EXPECT_THAT(sent_frames(), ElementsAre("text:queued", "text:published", "close:4001 own reason"));
  EXPECT_EQ(last_action_, action::end_sending);
  EXPECT_EQ(ending(), "4001 own reason, clean");
  EXPECT_EQ(peer().on_end_of_input(), action::end_socket);
}

// It sends no more, but reads on.
TEST_F(SessionCloseTest, WhatAFullSocketHoldsUpStillGoesOutBehindThePeersClose) {
  EXPECT_FALSE(send_text("queued"));
  publish("published");
  peer().out().block();
  receive(client_close_frame(4001));
  EXPECT_EQ(pass(options_.timeouts.close - 1ms), action::none);
  EXPECT_THAT(sent_frames(), ElementsAre("text:queued", "text:published", "close:4001"));
  EXPECT_EQ(pass(1ms), action::end_socket);
}

TEST_F(SessionCloseTest, APeerThatClosesAndEndsItsDirectionGetsWhatWaits) {
  EXPECT_FALSE(send_text("queued"));
  receive(client_close_frame(1000));
  EXPECT_EQ(peer().on_end_of_input(), action::none);
  EXPECT_THAT(sent_frames(), ElementsAre("text:queued", "close:1000"));
  EXPECT_EQ(last_action_, action::end_socket);
}

TEST_F(SessionCloseTest, APeerThatSendsOnBehindItsCloseIsDrained) {
  receive(client_close_frame(1000));
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000"));
  EXPECT_EQ(last_action_, action::end_sending);
  receive(client_frame(opcode::text, "more"));
  EXPECT_TRUE(peer().wants_input());
  EXPECT_EQ(pass(options_.timeouts.close - 1ms), action::none);
  EXPECT_EQ(pass(1ms), action::end_socket);
}

TEST_F(SessionCloseTest, ACloseWithoutACodeIs1005) {
  receive(client_frame(opcode::close, ""));
  EXPECT_THAT(sent_frames(), ElementsAre("close:"));
  EXPECT_EQ(ending(), "1005, clean");
}

TEST_F(SessionCloseTest, TheFrameBeingSentIsFinishedBeforeTheEcho) {
  publish("whole");
  publish("too");
  std::string bytes = send(3);
  peer().out().block();
  receive(client_close_frame(1000));
  bytes += sent();
  EXPECT_THAT(server_frames(bytes), ElementsAre("text:whole", "text:too", "close:1000"));
}

TEST_F(SessionCloseTest, WhatFollowsThePeersCloseIsIgnored) {
  events_.clear();
  receive(client_close_frame(1000) + client_frame(opcode::text, "more") + client_frame(0x3, ""));
  receive(client_frame(opcode::text, "and more"));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000"));
  EXPECT_EQ(ending(), "1000, clean");
}

TEST_F(SessionCloseTest, ClosesThatCrossAreClean) {
  close(close_code{4002}, "ours");
  receive(client_close_frame(4001, "theirs"));
  EXPECT_THAT(sent_frames(), ElementsAre("close:4002 ours"));
  EXPECT_EQ(last_action_, action::end_sending);
  EXPECT_EQ(ending(), "4002 ours, clean");
}

TEST_F(SessionCloseTest, WhatWaitsBeforeOursGoesOutBehindThePeersCloseToo) {
  EXPECT_FALSE(send_text("being sent"));
  EXPECT_FALSE(send_text("sent"));
  publish("published");
  std::string bytes = send(3);
  close(close_code::normal, "ours");
  receive(client_close_frame(1000));
  bytes += sent();
  EXPECT_THAT(server_frames(bytes),
              ElementsAre("text:being sent", "text:sent", "text:published", "close:1000 ours"));
}

TEST_F(SessionCloseTest, AHalfSentCloseFrameIsFinished) {
  close(close_code::normal, "ours");
  std::string bytes = send(3);
  receive(client_close_frame(1000));
  bytes += sent();
  EXPECT_THAT(server_frames(bytes), ElementsAre("close:1000 ours"));
}

struct fault_case {
  std::string bytes;
  std::string code;
};

TEST_F(SessionCloseTest, AFaultIsToldOnceAndThenThePeerIsIgnored) {
  const fault_case cases[] = {
      {client_frame(0x3, "unknown opcode"), "1002"},
      {client_frame(opcode::text, "\xff"), "1007"},
      {client_frame_header(opcode::text, 70'000), "1009"},
      {client_close_frame(1006), "1002"},
      {client_close_frame(1000, "\xff"), "1007"},
  };
  for (const fault_case& each : cases) {
    session_.reset();
    open();
    events_.clear();
    EXPECT_FALSE(send_text("dropped"));
    peer().out().block();
    receive(each.bytes + client_frame(opcode::text, "ignored"));
    EXPECT_EQ(peer().now_in(), phase::draining);
    const auto frames = sent_frames();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].substr(0, 10), "close:" + each.code);
    EXPECT_EQ(last_action_, action::end_sending);
    receive(client_frame(opcode::text, "ignored") + client_close_frame(1000));
    EXPECT_THAT(sent_frames(), IsEmpty());
    EXPECT_THAT(events_, IsEmpty());
    EXPECT_EQ(peer().ended_by(), cause::protocol_error);
    EXPECT_EQ(ending().substr(0, 4), each.code);
    EXPECT_FALSE(peer().ending().clean);
    EXPECT_EQ(peer().on_end_of_input(), action::end_socket);
  }
}

TEST_F(SessionCloseTest, AFaultWhileClosingEndsTheSocket) {
  close();
  sent();
  receive(client_frame(0x3, ""));
  EXPECT_EQ(peer().now_in(), phase::finishing);
  EXPECT_THAT(sent_frames(), IsEmpty());
  EXPECT_EQ(last_action_, action::end_socket);
  EXPECT_EQ(ending(), "1000");
}

TEST_F(SessionCloseTest, AFaultFinishesTheFrameBeingSent) {
  EXPECT_FALSE(send_text("whole"));
  std::string bytes = send(1);
  receive(client_frame(0x3, ""));
  bytes += sent();
  const auto frames = server_frames(bytes);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0], "text:whole");
  EXPECT_EQ(frames[1].substr(0, 10), "close:1002");
}

TEST_F(SessionCloseTest, ADrainingPeerHasTheTimeOfAClose) {
  receive(client_frame(0x3, ""));
  sent();
  EXPECT_EQ(pass(options_.timeouts.close - 1ms), action::none);
  EXPECT_EQ(pass(1ms), action::end_socket);
}

TEST_F(SessionCloseTest, FailingLetsWhatTheTurnQueuedGoFirst) {
  EXPECT_FALSE(send_text("queued"));
  publish("published");
  peer().fail(close_code::internal_error, "a handler threw", now_);
  EXPECT_THAT(sent_frames(),
              ElementsAre("text:queued", "text:published", "close:1011 a handler threw"));
}

TEST_F(SessionCloseTest, FailingDropsWhatAFullSocketHoldsUp) {
  EXPECT_FALSE(send_text("dropped"));
  peer().out().block();
  peer().fail(close_code::internal_error, "a handler threw", now_);
  peer().fail(close_code::normal, "again", now_);
  EXPECT_THAT(sent_frames(), ElementsAre("close:1011 a handler threw"));
  EXPECT_EQ(ending(), "1011 a handler threw");
  receive(client_close_frame(1011));
  EXPECT_EQ(ending(), "1011 a handler threw, clean");
}

TEST_F(SessionCloseTest, TheFirstReasonIsTheReason) {
  close(close_code::normal, "ours");
  peer().fail(close_code::internal_error, "later", now_);
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000 ours"));
  EXPECT_EQ(ending(), "1000 ours");
}

TEST_F(SessionCloseTest, AConnectionThatBreaksEndsWith1006) {
  EXPECT_EQ(ending(), "1006");
  EXPECT_EQ(peer().on_end_of_input(), action::end_socket);
  EXPECT_EQ(ending(), "1006");
}

TEST_F(SessionCloseTest, WhoLeavesInsteadOfAnsweringIsNotClean) {
  close(close_code::going_away);
  sent();
  EXPECT_EQ(peer().on_end_of_input(), action::end_socket);
  EXPECT_EQ(ending(), "1001");
}

TEST_F(SessionCloseTest, ALongReasonIsCutAtACodePoint) {
  std::string reason(122, 'x');
  reason += "\xc3\xa9";
  peer().fail(close_code::policy_violation, reason, now_);
  EXPECT_THAT(sent_frames(), ElementsAre("close:1008 " + std::string(122, 'x')));
  EXPECT_EQ(peer().ending().reason, std::string(122, 'x'));
}

// While it closes no policy looks at it, so what it may hold is bounded by what it holds then.
class ClosingBehindTest : public test::session_fixture {
 protected:
  std::vector<std::string> closed_behind(int publications, std::size_t size) {
    open();
    peer().out().block();
    for (int i = 0; i < publications; ++i)
      publish(std::string(size, 'x'));
    receive(client_close_frame(1000));
    return sent_frames();
  }
};

TEST_F(ClosingBehindTest, WhoIsNotTooFarBehindGetsAllOfIt) {
  options_.outbound.max_queued_bytes = options_.topics.defaults.max_lag_bytes = 1024;
  EXPECT_EQ(closed_behind(2, 500).size(), 3U);
}

TEST_F(ClosingBehindTest, WhoIsTooFarBehindGetsNone) {
  options_.outbound.max_queued_bytes = options_.topics.defaults.max_lag_bytes = 1024;
  EXPECT_THAT(closed_behind(3, 500), ElementsAre("close:1000"));
}

TEST_F(ClosingBehindTest, WhenMemoryIsShortThatIsLess) {
  options_.topics.max_log_bytes = std::size_t{1} << 20;
  EXPECT_THAT(closed_behind(14, 60'000), ElementsAre("close:1000"));
}

}  // namespace
}  // namespace broadcast_hub::session
