#include "session/session.hpp"
#include "unit/session/session_fixture.hpp"

#include <string>
#include <vector>

// RFC 6455, sections 5.5 and 7: what an endpoint does with control frames, and how it closes.

namespace broadcast_hub::session {
namespace {

using namespace broadcast_hub::test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Rfc6455SessionTest : public test::session_fixture {
 protected:
  void SetUp() override { open(); }

  void fresh() {
    session_.reset();
    open();
    events_.clear();
  }

  /// Section 7.1.1: our direction ends at once, and the socket when the peer has ended its own.
  void expect_orderly_end() {
    EXPECT_EQ(last_action_, action::end_sending);
    EXPECT_EQ(peer().on_end_of_input(), action::end_socket);
  }
};

TEST_F(Rfc6455SessionTest, S551AReceivedCloseIsAnsweredWithAClose) {
  receive(client_close_frame(1000, "done"));
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000 done"));
}

TEST_F(Rfc6455SessionTest, S551TheAnswerEchoesTheCode) {
  for (const unsigned code : {1000U, 1001U, 1003U, 1008U, 1011U, 1012U, 3000U, 4000U, 4999U}) {
    fresh();
    receive(client_close_frame(code));
    EXPECT_THAT(sent_frames(), ElementsAre("close:" + std::to_string(code)));
  }
}

TEST_F(Rfc6455SessionTest, S551ACloseWithoutACodeIsAnsweredWithoutOne) {
  receive(client_frame(opcode::close, ""));
  EXPECT_THAT(sent_frames(), ElementsAre("close:"));
}

TEST_F(Rfc6455SessionTest, S551NoDataFramesAfterOurClose) {
  close();
  EXPECT_EQ(send_text("late"), errc::connection_closing);
  publish("late");
  receive(client_frame(opcode::ping, "late"));
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000"));
  publish("later");
  receive(client_frame(opcode::ping, "later"));
  pass(1s);
  EXPECT_THAT(sent_frames(), IsEmpty());
}

TEST_F(Rfc6455SessionTest, S551NoDataFramesAfterTheAnswer) {
  receive(client_close_frame(1000));
  EXPECT_EQ(send_text("late"), errc::connection_closing);
  publish("late");
  receive(client_frame(opcode::ping, "late"));
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000"));
}

TEST_F(Rfc6455SessionTest, S551TheMessageBeingSentMayBeFinishedBeforeTheAnswer) {
  EXPECT_FALSE(send_text("a message under way"));
  std::string bytes = send(4);
  receive(client_close_frame(1000));
  bytes += sent();
  EXPECT_THAT(server_frames(bytes), ElementsAre("text:a message under way", "close:1000"));
}

TEST_F(Rfc6455SessionTest, S551ThereIsOnlyOneCloseFrame) {
  close(close_code::normal, "ours");
  close(close_code::normal, "again");
  peer().fail(close_code::internal_error, "again", now_);
  receive(client_close_frame(1000) + client_close_frame(1000));
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000 ours"));
}

TEST_F(Rfc6455SessionTest, S551AfterSendingAndReceivingItsCloseTheServerEndsTheSocket) {
  receive(client_close_frame(1000));
  sent();
  expect_orderly_end();

  fresh();
  close();
  sent();
  EXPECT_EQ(last_action_, action::none);  // it waits for the answer
  receive(client_close_frame(1000));
  sent();
  EXPECT_EQ(last_action_, action::end_socket);
}

TEST_F(Rfc6455SessionTest, S551BothMayCloseAtTheSameTime) {
  close(close_code{4000}, "ours");
  receive(client_close_frame(4001, "theirs"));
  EXPECT_THAT(sent_frames(), ElementsAre("close:4000 ours"));
  expect_orderly_end();
  EXPECT_TRUE(peer().ending().clean);
}

TEST_F(Rfc6455SessionTest, S552AnUnsolicitedPingIsAnsweredAsSoonAsPossible) {
  EXPECT_FALSE(send_text("queued"));
  publish("published");
  receive(client_frame(opcode::ping, ""));
  EXPECT_THAT(sent_frames(), ElementsAre("pong:", "text:queued", "text:published"));
}

TEST_F(Rfc6455SessionTest, S552NoPongAfterAReceivedClose) {
  receive(client_close_frame(1000) + client_frame(opcode::ping, "?"));
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000"));
}

TEST_F(Rfc6455SessionTest, S553APongCarriesThePayloadOfItsPing) {
  for (const std::size_t size : {0U, 1U, 124U, 125U}) {
    const std::string payload(size, '\xfe');
    receive(client_frame(opcode::ping, payload));
    EXPECT_THAT(sent_frames(), ElementsAre("pong:" + payload));
  }
}

// Sixteen may wait; past that the newest stands for those before it.
TEST_F(Rfc6455SessionTest, S553OfManyPingsTheMostRecentNeedsAPong) {
  EXPECT_FALSE(send_text("slow"));
  std::string bytes = send(2);
  for (int i = 0; i < 1000; ++i) {
    receive(client_frame(opcode::ping, std::to_string(i)));
  }
  bytes += sent();
  const std::vector<std::string> frames = server_frames(bytes);
  ASSERT_EQ(frames.size(), 17U);
  EXPECT_EQ(frames.front(), "text:slow");
  EXPECT_EQ(frames.back(), "pong:999");
}

TEST_F(Rfc6455SessionTest, S553AnUnsolicitedPongIsNotAnswered) {
  receive(client_frame(opcode::pong, "heartbeat"));
  EXPECT_THAT(sent_frames(), IsEmpty());
  EXPECT_EQ(peer().now_in(), phase::open);
}

TEST_F(Rfc6455SessionTest, S711TheServerClosesTheSocketAndNotBeforeItsFrameHasLeft) {
  receive(client_close_frame(1000));
  EXPECT_EQ(peer().now_in(), phase::draining);
  EXPECT_EQ(send(2).size(), 2U);
  EXPECT_FALSE(peer().out().empty());
  EXPECT_EQ(last_action_, action::none);
  sent();
  expect_orderly_end();
}

TEST_F(Rfc6455SessionTest, S711AServerDoesNotWaitForEver) {
  close();
  sent();
  EXPECT_EQ(pass(options_.timeouts.close), action::end_socket);
}

TEST_F(Rfc6455SessionTest, S714BothCloseFramesMakeItClean) {
  EXPECT_FALSE(peer().ending().clean);
  close();
  sent();
  EXPECT_FALSE(peer().ending().clean);
  receive(client_close_frame(1000));
  EXPECT_TRUE(peer().ending().clean);
}

TEST_F(Rfc6455SessionTest, S714AnAnswerThatNeverLeftIsNotClean) {
  receive(client_close_frame(1000));
  peer().abandon();
  EXPECT_EQ(ending(), "1000");
}

TEST_F(Rfc6455SessionTest, S715TheCodeIsThatOfTheFirstCloseFrame) {
  receive(client_close_frame(4001, "theirs"));
  sent();
  EXPECT_EQ(ending(), "4001 theirs, clean");
  fresh();
  close(close_code{4002}, "ours");
  receive(client_close_frame(4001, "theirs"));
  sent();
  EXPECT_EQ(ending(), "4002 ours, clean");
}

TEST_F(Rfc6455SessionTest, S715WithoutACodeItIs1005AndWithoutAFrame1006) {
  receive(client_frame(opcode::close, ""));
  sent();
  EXPECT_EQ(ending(), "1005, clean");
  fresh();
  peer().on_end_of_input();
  EXPECT_EQ(ending(), "1006");
}

TEST_F(Rfc6455SessionTest, S716TheReasonIsThatOfTheCloseFrame) {
  receive(client_close_frame(1000, "gr\xc3\xbc\xc3\x9f e"));
  sent();
  EXPECT_EQ(ending(), "1000 gr\xc3\xbc\xc3\x9f e, clean");
}

TEST_F(Rfc6455SessionTest, S717AFailedConnectionIsToldWhyAndHeardNoMore) {
  struct fault {
    std::string bytes;
    std::string code;
  };
  frame_options unmasked;
  unmasked.masked = false;
  frame_options reserved;
  reserved.rsv = 4;
  const fault faults[] = {
      {client_frame(opcode::text, "x", unmasked), "1002"},
      {client_frame(opcode::text, "x", reserved), "1002"},
      {client_frame(opcode::continuation, "x"), "1002"},
      {client_frame(opcode::ping, std::string(126, 'x')), "1002"},
      {client_fragment(opcode::ping, ""), "1002"},
      {client_frame(opcode::close, "x"), "1002"},
      {client_frame(opcode::text, "\xc3("), "1007"},
      {client_frame_header(opcode::binary, std::uint64_t{1} << 40U), "1009"},
  };
  for (const fault& each : faults) {
    for (const std::size_t chunk : {std::size_t{1}, each.bytes.size()}) {
      fresh();
      receive(each.bytes, chunk);
      receive(client_frame(opcode::text, "unheard"));
      const std::vector<std::string> frames = sent_frames();
      ASSERT_EQ(frames.size(), 1U);
      EXPECT_EQ(frames[0].substr(0, 10), "close:" + each.code);
      EXPECT_EQ(last_action_, action::end_sending);
      EXPECT_THAT(events_, IsEmpty());
    }
  }
}

TEST_F(Rfc6455SessionTest, S741AServerThatGoesDownSays1001) {
  publish("the last news");
  close(close_code::going_away);
  EXPECT_THAT(sent_frames(), ElementsAre("text:the last news", "close:1001"));
}

TEST_F(Rfc6455SessionTest, S741CodesThatMayNotBeSentNeverAre) {
  for (const unsigned code : {1004U, 1005U, 1006U, 1015U, 999U, 2999U, 5000U}) {
    fresh();
    receive(client_close_frame(code));
    const std::vector<std::string> frames = sent_frames();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].substr(0, 10), "close:1002") << code;
  }
}

}  // namespace
}  // namespace broadcast_hub::session
