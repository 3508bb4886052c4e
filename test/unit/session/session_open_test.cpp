#include "session_fixture.hpp"

#include <string>
#include <utility>

namespace broadcast_hub::session {
namespace {

using namespace broadcast_hub::test;
using testing::ElementsAre;
using testing::IsEmpty;

class SessionOpenTest : public test::session_fixture {};

TEST_F(SessionOpenTest, TheHandshakeIsTheFirstThingSent) {
  receive(plain_request);
  EXPECT_EQ(peer().open({handshake_response}, now_), "");
  join_topics();
  publish("news");
  EXPECT_FALSE(send_text("hello"));
  const std::string bytes = sent();
  EXPECT_EQ(bytes.substr(0, handshake_response.size()), handshake_response);
  EXPECT_THAT(server_frames(bytes.substr(handshake_response.size())),
              ElementsAre("text:news", "text:hello"));
  EXPECT_TRUE(peer().was_opened());
}

TEST_F(SessionOpenTest, BytesBehindAnUndecidedRequestAreKept) {
  const std::string early = client_frame(opcode::text, "early");
  receive(plain_request + early);
  EXPECT_EQ(peer().open({handshake_response}, now_), early);
  receive(early);
  EXPECT_THAT(events_, ElementsAre("GET /page", "text:early"));
}

TEST_F(SessionOpenTest, BytesBehindARequestDecidedAtOnceAreFrames) {
  answer_ = [this] { peer().open({handshake_response}, now_); };
  receive(plain_request + client_frame(opcode::text, "early"));
  EXPECT_THAT(events_, ElementsAre("GET /page", "text:early"));
}

TEST_F(SessionOpenTest, MessagesComeHoweverTheirBytesCome) {
  const std::string bytes =
      client_frame(opcode::text, "one") + client_frame(opcode::binary, std::string("\0\xff", 2)) +
      client_message_in_fragments(opcode::text, "three", 2) + client_frame(opcode::text, "");
  for (const std::size_t chunk : {1U, 2U, 3U, 1000U}) {
    session_.reset();
    open();
    events_.clear();
    receive(bytes, chunk);
    EXPECT_THAT(events_, ElementsAre("text:one", "binary:" + std::string("\0\xff", 2), "text:three",
                                     "text:"));
    EXPECT_EQ(peer().now_in(), phase::open);
  }
}

TEST_F(SessionOpenTest, APingIsAnsweredWithItsPayload) {
  open();
  receive(client_frame(opcode::ping, "are you there"));
  EXPECT_THAT(sent_frames(), ElementsAre("pong:are you there"));
}

TEST_F(SessionOpenTest, APingBetweenFragmentsIsAnsweredAtOnce) {
  open();
  events_.clear();
  receive(client_fragment(opcode::text, "Hel") + client_frame(opcode::ping, "?"));
  EXPECT_THAT(sent_frames(), ElementsAre("pong:?"));
  receive(client_frame(opcode::continuation, "lo"));
  EXPECT_THAT(events_, ElementsAre("text:Hello"));
}

TEST_F(SessionOpenTest, EachPingIsAnswered) {
  open();
  receive(client_frame(opcode::ping, "1") + client_frame(opcode::ping, "2") +
          client_frame(opcode::ping, "3"));
  EXPECT_THAT(sent_frames(), ElementsAre("pong:1", "pong:2", "pong:3"));
}

TEST_F(SessionOpenTest, APongIsIgnored) {
  open();
  events_.clear();
  receive(client_frame(opcode::pong, "nobody asked"));
  EXPECT_THAT(sent_frames(), IsEmpty());
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(peer().now_in(), phase::open);
}

TEST_F(SessionOpenTest, AFrameIsSentAsItIs) {
  open();
  EXPECT_FALSE(send_text("hello"));
  EXPECT_THAT(sent_frames(), ElementsAre("text:hello"));
  EXPECT_EQ(last_action_, action::none);
}

TEST_F(SessionOpenTest, AMessageLargerThanTheQueueIsRefusedAndNothingElseHappens) {
  options_.outbound.max_queued_bytes = 1024;
  open();
  EXPECT_EQ(send_text(std::string(1021, 'x')), errc::message_too_big);
  EXPECT_EQ(peer().now_in(), phase::open);
  EXPECT_THAT(sent_frames(), IsEmpty());
  EXPECT_FALSE(send_text(std::string(1020, 'x')));
}

TEST_F(SessionOpenTest, AQueueThatWouldPassItsLimitClosesWith4008) {
  options_.outbound.max_queued_bytes = 1024;
  open();
  // A header of four bytes each, and 128 for what a queued frame costs besides.
  EXPECT_FALSE(send_text(std::string(500, 'x')));
  EXPECT_EQ(peer().out().direct_cost(), 500U + 4 + 128);
  EXPECT_FALSE(send_text(std::string(1024 - 632 - 4, 'y')));
  EXPECT_EQ(send_text(""), errc::overloaded);
  EXPECT_EQ(peer().now_in(), phase::closing);
  EXPECT_EQ(peer().ended_by(), cause::slow_consumer);
  EXPECT_THAT(sent_frames(), ElementsAre("close:4008 too many bytes queued"));
  EXPECT_EQ(send_text("late"), errc::connection_closing);
  EXPECT_EQ(ending(), "4008 too many bytes queued");
}

TEST_F(SessionOpenTest, AQueueOfEmptyMessagesHasAnEndToo) {
  options_.outbound.max_queued_bytes = 1024;
  open();
  int queued = 0;
  while (queued < 1000 && !send_text("")) {
    ++queued;
  }
  EXPECT_EQ(queued, 8);  // 130 each
  EXPECT_EQ(peer().ended_by(), cause::slow_consumer);
}

TEST_F(SessionOpenTest, WhatWasSentMakesRoomInTheQueue) {
  options_.outbound.max_queued_bytes = 1024;
  open();
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(send_text(std::string(1000, 'x')));
    sent();
  }
}

TEST_F(SessionOpenTest, PublicationsDoNotCountForTheQueue) {
  options_.outbound.max_queued_bytes = 1024;
  open();
  publish(std::string(5000, 'x'));
  EXPECT_FALSE(send_text("hello"));
  EXPECT_EQ(peer().now_in(), phase::open);
}

TEST_F(SessionOpenTest, WhoIsTooFarBehindIsClosedWith4008) {
  options_.topics.defaults.max_lag_bytes = std::size_t{64} * 1024;
  open();
  peer().out().block();
  publish(std::string(65'532, 'x'));  // with its header just the limit
  walk();
  EXPECT_FALSE(peer().enforce_policies(now_));
  publish("");
  walk();
  EXPECT_TRUE(peer().enforce_policies(now_));
  EXPECT_FALSE(peer().enforce_policies(now_));
  EXPECT_EQ(peer().ended_by(), cause::slow_consumer);
  EXPECT_THAT(sent_frames(), ElementsAre("close:4008 too far behind"));
  EXPECT_TRUE(peer().out().subscriptions().empty());
}

TEST_F(SessionOpenTest, TheFrameBeingSentIsFinishedBeforeAClose4008) {
  options_.topics.defaults.max_lag_bytes = std::size_t{64} * 1024;
  open();
  publish(std::string(10, 'a'));
  std::string bytes = send(5);
  peer().out().block();
  publish(std::string(65'530, 'x'));
  walk();
  ASSERT_TRUE(peer().enforce_policies(now_));
  bytes += sent();
  EXPECT_THAT(server_frames(bytes), ElementsAre("text:aaaaaaaaaa", "close:4008 too far behind"));
}

TEST_F(SessionOpenTest, TheDecoderIsFromThePoolOnlyWhileAMessageIsHalfReceived) {
  open();
  auto taken = context_->decoders.take();
  const wire::frame_decoder* const pooled = taken.get();
  context_->decoders.put(std::move(taken));
  receive(client_fragment(opcode::text, "half"));
  taken = context_->decoders.take();
  EXPECT_NE(taken.get(), pooled);
  taken.reset();
  receive(client_frame(opcode::continuation, "whole"));
  taken = context_->decoders.take();
  EXPECT_EQ(taken.get(), pooled);
}

TEST_F(SessionOpenTest, HalfAHeaderKeepsTheDecoder) {
  open();
  auto taken = context_->decoders.take();
  const wire::frame_decoder* const pooled = taken.get();
  context_->decoders.put(std::move(taken));
  const std::string frame = client_frame(opcode::text, "hello");
  receive(frame.substr(0, 1));
  taken = context_->decoders.take();
  EXPECT_NE(taken.get(), pooled);
  events_.clear();
  receive(frame.substr(1));
  EXPECT_THAT(events_, ElementsAre("text:hello"));
}

TEST_F(SessionOpenTest, ADecoderWithAFaultIsNeverPooled) {
  open();
  auto taken = context_->decoders.take();
  context_->decoders.put(std::move(taken));
  receive(client_frame(0x3, ""));
  taken = context_->decoders.take();
  EXPECT_FALSE(taken->faulted());
  std::string bytes = client_frame(opcode::text, "fresh");
  wire::frame_event event;
  taken->consume(bytes.data(), bytes.size(), event);
  EXPECT_EQ(event.payload, "fresh");
}

TEST_F(SessionOpenTest, AnAbandonedSessionSendsAndReceivesNothing) {
  open();
  receive(client_fragment(opcode::text, "half"));
  ASSERT_GT(context_->partial_bytes, 0U);
  EXPECT_FALSE(send_text("hello"));
  publish("news");
  peer().abandon();
  EXPECT_EQ(context_->partial_bytes, 0U);
  EXPECT_EQ(send_text("late"), errc::connection_closing);
  EXPECT_EQ(close(), errc::connection_closing);
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(shard().registry.find("news")->subscribers(), 0U);
  EXPECT_EQ(ending(), "1006");
}

}  // namespace
}  // namespace broadcast_hub::session
