#include "session/outbox.hpp"

#include "outbox_fixture.hpp"

#include <cstddef>
#include <string>

namespace broadcast_hub::session {
namespace {

using testing::ElementsAre;

class OutboxTest : public test::outbox_fixture {};

TEST_F(OutboxTest, ANewOneIsEmpty) {
  const outbox fresh;
  EXPECT_TRUE(fresh.empty());
  EXPECT_TRUE(fresh.queue_empty());
  EXPECT_FALSE(fresh.subscribed());
  EXPECT_EQ(fresh.lag(), 0U);
}

TEST_F(OutboxTest, APublicationWaitsInTheLogOnly) {
  publish("news");
  EXPECT_TRUE(out_.queue_empty());
  EXPECT_FALSE(out_.empty());
  EXPECT_THAT(all_frames(), ElementsAre("text:news"));
  EXPECT_TRUE(out_.empty());
  EXPECT_EQ(publications_sent_, 1U);
}

TEST_F(OutboxTest, DirectBytesAreWhatIsQueuedAndNotSent) {
  direct("12345678");
  direct("12345678");
  EXPECT_EQ(out_.direct_bytes(), 20U);
  send(3);
  EXPECT_EQ(out_.direct_bytes(), 17U);
  send(10);
  EXPECT_EQ(out_.direct_bytes(), 7U);
  send_all();
  EXPECT_EQ(out_.direct_bytes(), 0U);
}

TEST_F(OutboxTest, PublicationsAndControlFramesAreNoDirectBytes) {
  publish("news");
  direct("x");
  pong("y");
  out_.push(kind::bytes, share("HTTP"));
  EXPECT_EQ(out_.direct_bytes(), 3U);
}

TEST_F(OutboxTest, LagIsWhatThePeerHasNotTakenOfThePublications) {
  publish("12345678");
  publish("12345678");
  EXPECT_EQ(out_.lag(), 20U);
  send_and_block(10);
  EXPECT_EQ(out_.lag(), 10U);
  send_all();
  EXPECT_EQ(out_.lag(), 0U);
}

TEST_F(OutboxTest, TheFrameBeingSentIsNoLag) {
  publish(std::string(5000, 'x'));
  publish("12345678");
  send_and_block(1);
  EXPECT_EQ(out_.lag(), 10U);
}

TEST_F(OutboxTest, PublicationsThatWereMovedHereCountAsLagToo) {
  publish("12345678");
  direct("x");
  EXPECT_FALSE(out_.queue_empty());
  EXPECT_EQ(out_.lag(), 10U);
  publish("12345678");
  EXPECT_EQ(out_.lag(), 20U);
  send_all();
  EXPECT_EQ(out_.lag(), 0U);
  EXPECT_EQ(publications_sent_, 2U);
}

TEST_F(OutboxTest, GatherNeverUsesMoreRoomThanItIsGiven) {
  out_.push(kind::bytes, share("HTTP/1.1 101\r\n\r\n"));
  publish("a");
  direct("b");
  publish("c");
  pong("d");
  const std::string whole = gathered();
  std::string received;
  while (!out_.empty()) {
    const std::string piece = gathered(1);
    ASSERT_FALSE(piece.empty());
    received += piece;
    out_.advance(piece.size());
  }
  EXPECT_EQ(received, whole);
  EXPECT_EQ(gathered(0), "");
}

TEST_F(OutboxTest, AdvanceTellsHowManyPublicationsAreComplete) {
  publish("a");
  publish("b");
  direct("x");
  publish("c");
  const std::size_t total = gathered().size();
  for (std::size_t i = 0; i < total; ++i) {
    send(1);
  }
  EXPECT_EQ(publications_sent_, 3U);
  EXPECT_TRUE(out_.empty());
}

TEST_F(OutboxTest, ACompletedWalkLeavesNothingToSend) {
  publish("a");
  ASSERT_TRUE(topic_.begin_walk());
  ASSERT_TRUE(topic_.next().at_common);
  out_.complete_walk();
  EXPECT_TRUE(out_.empty());
}

TEST_F(OutboxTest, DropAllLeavesNothing) {
  publish("a");
  direct("x");
  publish("b");
  send(1);
  out_.drop_all();
  EXPECT_TRUE(out_.empty());
  EXPECT_FALSE(out_.subscribed());
  EXPECT_EQ(out_.direct_bytes(), 0U);
  EXPECT_EQ(out_.lag(), 0U);
  EXPECT_EQ(gathered(), "");
  EXPECT_EQ(log_.subscribers(), 0U);
}

TEST_F(OutboxTest, UnsubscribingKeepsTheBlockade) {
  out_.block();
  out_.unsubscribe();
  EXPECT_TRUE(out_.blocked());
  out_.unblock();
  EXPECT_FALSE(out_.blocked());
}

TEST_F(OutboxTest, ItUnsubscribesWhenItIsDestroyed) {
  EXPECT_EQ(log_.subscribers(), 1U);
  {
    outbox other;
    other.subscribe(topic_, 1);
    EXPECT_EQ(log_.subscribers(), 2U);
  }
  EXPECT_EQ(log_.subscribers(), 1U);
}

TEST_F(OutboxTest, ALongQueueIsSentInOrder) {
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string payload = std::to_string(i);
    direct(payload);
    expected += text(payload);
  }
  while (!out_.empty()) {
    send(7);
  }
  EXPECT_EQ(sent_, expected);
}

TEST_F(OutboxTest, OnlyTheLastFrameIsLeft) {
  direct("x");
  finish();
  EXPECT_FALSE(out_.only_last_frame_left());
  send(3);
  EXPECT_TRUE(out_.only_last_frame_left());
  send_all();
  EXPECT_TRUE(out_.only_last_frame_left());
}

// A close behind publications once kept everything that was published later, too.
TEST_F(OutboxTest, WhatIsPublishedBehindTheCloseIsNotKept) {
  const auto watched = [this] {
    topic::subscriber probe;
    topic_.add(probe, 9);
    std::weak_ptr<const char[]> bytes;
    publish(std::string(100'000, 'x'));
    bytes = topic_.pieces(probe, topic_.end()).back().owner;
    topic_.set_cursor(probe, topic_.end());
    topic_.begin_walk();
    topic_.end_walk();
    publish(std::string(100'000, 'y'));
    topic_.set_cursor(probe, topic_.end());
    topic_.begin_walk();
    topic_.end_walk();
    topic_.remove(probe);
    return bytes;
  };
  publish("before");
  send_and_block(1);
  finish();
  EXPECT_TRUE(watched().expired());
  EXPECT_THAT(all_frames(), ElementsAre("text:before", "close:1000"));
}

TEST_F(OutboxTest, APartlySentFrameIsCopiedWhenTheRestIsDropped) {
  publish("partly sent");
  topic::subscriber probe;
  topic_.add(probe, 1);
  publish(std::string(300, 'x'));
  const std::weak_ptr<const char[]> bytes = topic_.unit_at_cursor(probe).owner;
  topic_.remove(probe);
  send_and_block(5);
  cut_short();
  topic_.add(probe, 1);
  publish(std::string(1000, 'y'));  // in the next segment
  topic_.remove(probe);
  EXPECT_TRUE(bytes.expired());
  EXPECT_THAT(all_frames(), ElementsAre("text:partly sent", "close:1000"));
}

}  // namespace
}  // namespace broadcast_hub::session
