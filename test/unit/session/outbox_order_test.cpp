#include "outbox_fixture.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::Not;

class OutboxOrderTest : public test::outbox_fixture {
 protected:
  static std::size_t place(const std::vector<std::string>& frames, std::string_view frame) {
    return static_cast<std::size_t>(std::find(frames.begin(), frames.end(), frame) -
                                    frames.begin());
  }
};

TEST_F(OutboxOrderTest, ProgramOrderIsKept) {
  direct("A");
  publish("B");
  direct("C");
  publish("D");
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "text:B", "text:C", "text:D"));
}

TEST_F(OutboxOrderTest, ADirectSendOvertakesPublicationsWhenBlocked) {
  publish("B1");
  publish("B2");
  send_and_block(1);
  direct("C");
  EXPECT_THAT(all_frames(), ElementsAre("text:B1", "text:C", "text:B2"));
}

TEST_F(OutboxOrderTest, WithoutABlockadeAPartlySentPublicationIsMovedWhole) {
  publish("B1");
  publish("B2");
  send(1);
  direct("C");
  EXPECT_THAT(all_frames(), ElementsAre("text:B1", "text:B2", "text:C"));
  EXPECT_EQ(delivered(), 2U);
}

TEST_F(OutboxOrderTest, TheHandshakeIsAlwaysFirst) {
  const std::string handshake = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  out_.push(kind::bytes, share(handshake));
  publish("news");
  direct("x");
  pong("y");
  send_all();
  ASSERT_EQ(sent_.substr(0, handshake.size()), handshake);
  EXPECT_THAT(test::server_frames(sent_.substr(handshake.size())),
              ElementsAre("pong:y", "text:news", "text:x"));
}

TEST_F(OutboxOrderTest, APongWaitsForTheHandshakeAlsoWhenThatIsPartlySent) {
  out_.push(kind::bytes, share("HTTP/1.1 101\r\n"));
  out_.push(kind::bytes, share("\r\n"));
  send_and_block(5);
  pong("y");
  send_all();
  EXPECT_EQ(sent_.substr(0, 16), "HTTP/1.1 101\r\n\r\n");
  EXPECT_THAT(test::server_frames(sent_.substr(16)), ElementsAre("pong:y"));
}

TEST_F(OutboxOrderTest, APongOvertakesEverythingThatHasNotBegun) {
  direct("A");
  publish("B");
  pong("p");
  EXPECT_THAT(all_frames(), ElementsAre("pong:p", "text:A", "text:B"));
}

TEST_F(OutboxOrderTest, APongWaitsForTheEndOfAFrame) {
  direct("A");
  direct("B");
  send_and_block(2);
  pong("p");
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "pong:p", "text:B"));
}

TEST_F(OutboxOrderTest, APongWaitsForTheEndOfAPublication) {
  publish("A");
  publish("B");
  send_and_block(2);
  pong("p");
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "pong:p", "text:B"));
}

TEST_F(OutboxOrderTest, APongGoesBetweenPublicationsThatWereMovedHere) {
  publish("A");
  publish("B");
  publish("C");
  direct("D");
  send_and_block(4);  // into B
  pong("p");
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "text:B", "pong:p", "text:C", "text:D"));
  EXPECT_EQ(delivered(), 3U);
}

TEST_F(OutboxOrderTest, AWaitingPongGivesWayToTheNewest) {
  direct("A");
  send_and_block(1);
  pong("old");
  pong("newer");
  pong("newest");
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "pong:newest"));
}

TEST_F(OutboxOrderTest, EachPingHasItsPongWhileTheSocketTakesThem) {
  direct("A");
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    pong(std::to_string(i));
    expected.push_back("pong:" + std::to_string(i));
  }
  expected.emplace_back("text:A");
  EXPECT_EQ(all_frames(), expected);
}

// A peer that only pings cannot make the queue long.
TEST_F(OutboxOrderTest, NoMoreThanSixteenPongsWait) {
  for (int i = 0; i < 1000; ++i)
    pong(std::to_string(i));
  const std::vector<std::string> frames = all_frames();
  ASSERT_EQ(frames.size(), outbox::most_pongs);
  EXPECT_EQ(frames.front(), "pong:0");
  EXPECT_EQ(frames.back(), "pong:999");
}

TEST_F(OutboxOrderTest, APartlySentPongIsFinished) {
  pong("first");
  send_and_block(3);
  pong("second");
  pong("third");
  EXPECT_THAT(all_frames(), ElementsAre("pong:first", "pong:third"));
}

// A ping in front of the waiting pong once hid it.
TEST_F(OutboxOrderTest, ThereIsOneWaitingPongAndOneWaitingPing) {
  out_.block();
  for (const char* payload : {"a", "b", "c"}) {
    pong(payload);
    ping();
  }
  const auto frames = all_frames();
  EXPECT_THAT(frames, testing::UnorderedElementsAre("pong:c", "ping:"));
}

TEST_F(OutboxOrderTest, TheCloseFrameIsBehindEverything) {
  direct("A");
  publish("B");
  pong("p");
  finish();
  publish("late");
  EXPECT_TRUE(out_.subscriptions().empty());
  EXPECT_THAT(all_frames(), ElementsAre("pong:p", "text:A", "text:B", "close:1000"));
}

TEST_F(OutboxOrderTest, TheCloseFrameIsBehindPublicationsOfABlockedConnection) {
  publish("A");
  publish("B");
  send_and_block(1);
  direct("C");
  finish();
  publish("late");
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "text:C", "text:B", "close:1000"));
  EXPECT_EQ(out_.pending_publications(), 0U);
  EXPECT_EQ(out_.direct_bytes(), 0U);
}

TEST_F(OutboxOrderTest, CuttingShortDropsWhatHasNotBegun) {
  direct("A");
  publish("B");
  pong("p");
  cut_short();
  EXPECT_EQ(out_.direct_bytes(), 0U);
  EXPECT_EQ(out_.pending_publications(), 0U);
  EXPECT_TRUE(out_.subscriptions().empty());
  EXPECT_THAT(all_frames(), ElementsAre("close:1000"));
}

TEST_F(OutboxOrderTest, CuttingShortFinishesTheFrameBeingSent) {
  direct("A");
  direct("B");
  send_and_block(1);
  cut_short();
  EXPECT_EQ(out_.direct_bytes(), 2U);
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "close:1000"));
  EXPECT_EQ(out_.direct_bytes(), 0U);
}

TEST_F(OutboxOrderTest, CuttingShortTwiceSendsOneCloseFrame) {
  direct("A");
  send_and_block(1);
  finish();
  out_.cut_short_with(close_frame());
  EXPECT_THAT(all_frames(), ElementsAre("text:A", "close:1000"));
}

TEST_F(OutboxOrderTest, CuttingShortKeepsTheHandshake) {
  out_.push(kind::bytes, share("HTTP/1.1 101\r\n\r\n"));
  direct("A");
  cut_short();
  send_all();
  EXPECT_EQ(sent_.substr(0, 16), "HTTP/1.1 101\r\n\r\n");
  EXPECT_THAT(test::server_frames(sent_.substr(16)), ElementsAre("close:1000"));
}

/// Everything that may wait, so that a cut falls into every kind of it.
class OutboxCutTest : public OutboxOrderTest {
 protected:
  void fill() {
    publish("p1");
    publish(std::string(600, '2'));
    direct("d1");
    publish("p3");
    direct("d2");
    publish("p4");
    publish("p5");
  }

  /// How many bytes that is.
  static constexpr std::size_t total = 4 + 604 + 4 + 4 + 4 + 4 + 4;
};

TEST_F(OutboxCutTest, APongBehindAnyCutLeavesAllFramesWhole) {
  for (std::size_t cut = 0; cut <= total; ++cut) {
    fill();
    ASSERT_EQ(gathered().size(), total);
    sent_.clear();
    send_and_block(cut);
    const std::size_t begun = test::server_frames(sent_).size();
    pong("p");
    pong("q");
    auto frames = all_frames();
    ASSERT_EQ(place(frames, "pong:q"), begun) << cut;
    frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(begun));
    ASSERT_THAT(frames, ElementsAre("text:p1", "text:" + std::string(600, '2'), "text:d1",
                                    "text:p3", "text:d2", "text:p4", "text:p5"))
        << cut;
    ASSERT_EQ(out_.pending_publications() + out_.direct_bytes(), 0U);
  }
}

TEST_F(OutboxCutTest, ADirectSendBehindAnyCutLeavesAllFramesWhole) {
  for (const bool blocked : {false, true}) {
    for (std::size_t cut = 0; cut <= total; ++cut) {
      fill();
      sent_.clear();
      send(cut);
      if (blocked) {
        out_.block();
      }
      direct("d3");
      auto frames = all_frames();
      const std::size_t at = place(frames, "text:d3");
      ASSERT_LT(at, frames.size());
      ASSERT_GT(at, place(frames, "text:d2"));
      if (!blocked) {
        ASSERT_EQ(at, frames.size() - 1);
      }
      frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(at));
      ASSERT_THAT(frames, ElementsAre("text:p1", "text:" + std::string(600, '2'), "text:d1",
                                      "text:p3", "text:d2", "text:p4", "text:p5"))
          << cut;
      ASSERT_EQ(out_.pending_publications() + out_.direct_bytes(), 0U);
    }
  }
}

TEST_F(OutboxCutTest, ACloseBehindAnyCutComesLast) {
  ASSERT_FALSE(out_.unsubscribe("news"));
  for (const bool politely : {false, true}) {
    for (std::size_t cut = 0; cut <= total; ++cut) {
      ASSERT_FALSE(out_.subscribe("news"));
      fill();
      sent_.clear();
      send_and_block(cut);
      const auto begun = test::server_frames(sent_);
      politely ? finish() : cut_short();
      const auto frames = all_frames();
      ASSERT_EQ(frames.back(), "close:1000") << cut;
      ASSERT_THAT(frames, Each(Not(AnyOf("broken", "cut off")))) << cut;
      ASSERT_EQ(frames.size(), politely ? 8U : begun.size() + 1) << cut;
      ASSERT_EQ(out_.pending_publications() + out_.direct_bytes(), 0U);
      ASSERT_TRUE(out_.empty());
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::session
