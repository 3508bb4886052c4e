#include "session/outbox.hpp"

#include "outbox_fixture.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

using testing::ElementsAre;

class OutboxTest : public test::outbox_fixture {};

TEST_F(OutboxTest, ANewOneIsEmpty) {
  const outbox fresh;
  EXPECT_TRUE(fresh.empty());
  EXPECT_TRUE(fresh.queue_empty());
  EXPECT_TRUE(fresh.subscriptions().empty());
  EXPECT_EQ(fresh.pending_publications(), 0U);
}

TEST_F(OutboxTest, APublicationWaitsInTheLogOnly) {
  publish("news");
  walk();
  EXPECT_TRUE(out_.queue_empty());
  EXPECT_FALSE(out_.empty());
  EXPECT_THAT(all_frames(), ElementsAre("text:news"));
  EXPECT_TRUE(out_.empty());
  EXPECT_EQ(delivered(), 1U);
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

TEST_F(OutboxTest, PendingAreThePublicationsThatThePeerHasNotTaken) {
  publish("12345678");
  publish("12345678");
  EXPECT_EQ(out_.pending_publications(), 0U);  // no walk has come by
  walk();
  EXPECT_EQ(out_.pending_publications(), 2U);
  send_and_block(19);
  EXPECT_EQ(out_.pending_publications(), 1U);
  send_all();
  EXPECT_EQ(out_.pending_publications(), 0U);
  EXPECT_EQ(delivered(), 2U);
}

TEST_F(OutboxTest, PublicationsThatWereMovedHereArePendingToo) {
  publish("12345678");
  direct("x");
  EXPECT_FALSE(out_.queue_empty());
  EXPECT_EQ(out_.pending_publications(), 1U);
  publish("12345678");
  walk();
  EXPECT_EQ(out_.pending_publications(), 2U);
  send_all();
  EXPECT_EQ(out_.pending_publications(), 0U);
  EXPECT_EQ(delivered(), 2U);
}

TEST_F(OutboxTest, GatherNeverUsesMoreRoomThanItIsGiven) {
  out_.push(kind::bytes, share("HTTP/1.1 101\r\n\r\n"));
  publish("a");
  direct("b");
  publish("c");
  pong("d");
  const std::string whole = gathered();
  std::string received;
  walk();
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
  EXPECT_EQ(delivered(), 3U);
  EXPECT_TRUE(out_.empty());
}

TEST_F(OutboxTest, DropAllLeavesNothing) {
  publish("a");
  direct("x");
  publish("b");
  send(1);
  out_.drop_all();
  EXPECT_TRUE(out_.empty());
  EXPECT_TRUE(out_.subscriptions().empty());
  EXPECT_EQ(out_.direct_bytes(), 0U);
  EXPECT_EQ(out_.pending_publications(), 0U);
  EXPECT_EQ(gathered(), "");
  EXPECT_EQ(subscribers(), 0U);
  EXPECT_EQ(shard_.reader.count().dropped_at_end.value(), 2U);
}

TEST_F(OutboxTest, UnsubscribingKeepsTheBlockade) {
  out_.block();
  EXPECT_FALSE(out_.unsubscribe("news"));
  EXPECT_TRUE(out_.blocked());
  out_.unblock();
  EXPECT_FALSE(out_.blocked());
}

TEST_F(OutboxTest, WhatWasPublishedBeforeAnUnsubscriptionStillGoesOut) {
  publish("before");
  EXPECT_FALSE(out_.unsubscribe("news"));
  publish("after");
  EXPECT_THAT(all_frames(), ElementsAre("text:before"));
}

TEST_F(OutboxTest, UnsubscribingWhenBlockedDropsWhatHasNotBegun) {
  publish("begun");
  publish("waiting");
  send_and_block(3);
  EXPECT_FALSE(out_.unsubscribe("news"));
  EXPECT_THAT(all_frames(), ElementsAre("text:begun"));
  EXPECT_EQ(shard_.reader.count().dropped_at_end.value(), 1U);
}

TEST_F(OutboxTest, ItUnsubscribesWhenItIsDestroyed) {
  EXPECT_EQ(subscribers(), 1U);
  {
    outbox other;
    other.join_topics(shard_.reader, 1, topic::lane_kind::raw);
    EXPECT_FALSE(other.subscribe("news"));
    EXPECT_EQ(subscribers(), 2U);
  }
  EXPECT_EQ(subscribers(), 1U);
}

// Walks send by the handle, so it must be gone as soon as there is something special.
TEST_F(OutboxTest, AHandleIsTakenAwayByEverythingThatAWalkMustAskFor) {
  const auto handle_at_walk = [this] {
    int handle = 0;
    publish("x");
    shard_.walk([&](const topic::reader::visit& visit) {
      handle = visit.handle;
      if (visit.what == topic::reader::visit::kind::own)
        out_.offer_walk();
    });
    send_all();
    out_.rest(7);
    return handle;
  };
  out_.rest(7);
  EXPECT_EQ(handle_at_walk(), 7);
  direct("d");
  EXPECT_EQ(handle_at_walk(), topic::reader::no_handle);
  EXPECT_EQ(handle_at_walk(), 7);
  pong("p");
  EXPECT_EQ(handle_at_walk(), topic::reader::no_handle);
  out_.block();
  EXPECT_EQ(handle_at_walk(), topic::reader::no_handle);
  out_.block();
  out_.rest(7);
  EXPECT_EQ(handle_at_walk(), topic::reader::no_handle);
  EXPECT_EQ(handle_at_walk(), 7);
}

// The walk that first finds a socket full once told publishers nothing about it: they went on, and
// by the next walk it was twice as far behind as they had been told.
TEST_F(OutboxTest, PublishersHearOfALagAfterTheWalkInWhichItBegan) {
  publish("12345678");
  shard_.walk([this](const auto&) {
    out_.offer_walk();
    out_.advance(3);
    out_.block();
  });
  EXPECT_EQ(shard_.publish("news", text("more")).lag_bytes, 10U);
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

// A close behind publications once kept everything that was published later, too.
TEST_F(OutboxTest, WhatIsPublishedBehindTheCloseIsNotKept) {
  outbox other;
  other.join_topics(shard_.reader, 1, topic::lane_kind::raw);
  ASSERT_FALSE(other.subscribe("news"));
  publish("before");
  send_and_block(1);
  finish();
  const std::size_t held = shard_.registry.budget().used();
  for (int i = 0; i < 10; ++i) {
    publish(std::string(100'000, 'x'));
    shard_.walk([&](const auto&) { other.offer_walk(); });
    std::vector<iovec> pieces(10);
    pieces.resize(other.gather(pieces));
    for (const iovec& piece : pieces)
      other.advance(piece.iov_len);
    other.rest(7);
  }
  EXPECT_LE(shard_.registry.budget().used(), held + 120'000);
  EXPECT_THAT(all_frames(), ElementsAre("text:before", "close:1000"));
}

// No policy reaches them, so stalled peers once used up the memory for everybody's logs.
TEST_F(OutboxTest, PublicationsInTheQueueOfABlockedConnectionAreCopied) {
  publish("first");
  publish("second");
  direct("third");
  send_and_block(3);
  EXPECT_FALSE(out_.patrol(shard_.now, 1000));
  EXPECT_FALSE(out_.unsubscribe("news"));
  EXPECT_EQ(shard_.registry.budget().used(), 0U);
  EXPECT_FALSE(out_.patrol(shard_.now, 1000));
  EXPECT_EQ(out_.pending_publications(), 2U);
  EXPECT_THAT(all_frames(), ElementsAre("text:first", "text:second", "text:third"));
  EXPECT_EQ(delivered(), 2U);
}

// Each of many that are closed at once had a copy, outside of every limit.
TEST_F(OutboxTest, WhatLeavesBeforeTheCloseFrameStaysInTheLog) {
  publish("first");
  finish();
  send_and_block(3);
  EXPECT_GT(shard_.registry.budget().used(), 0U);
  EXPECT_THAT(all_frames(), ElementsAre("text:first", "close:1000"));
  EXPECT_EQ(shard_.registry.budget().used(), 0U);
}

TEST_F(OutboxTest, ThereMayBeOnlySoManyBytesOfThem) {
  publish(std::string(98, 'x'));  // and its header
  direct("behind it");
  EXPECT_FALSE(out_.patrol(shard_.now, 99));  // the socket is not full
  send_and_block(0);
  EXPECT_FALSE(out_.patrol(shard_.now, 100));
  EXPECT_TRUE(out_.patrol(shard_.now, 99));
}

TEST_F(OutboxTest, APartlySentFrameIsCopiedWhenTheRestIsDropped) {
  publish("partly sent");
  publish(std::string(300, 'x'));
  send_and_block(5);
  EXPECT_GT(shard_.registry.budget().used(), 0U);
  cut_short();
  EXPECT_EQ(shard_.registry.budget().used(), 0U);
  EXPECT_THAT(all_frames(), ElementsAre("text:partly sent", "close:1000"));
}

}  // namespace
}  // namespace broadcast_hub::session
