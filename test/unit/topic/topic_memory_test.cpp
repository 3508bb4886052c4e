// How much memory a topic's log takes, and where what is read together lies.

#include "topic_fixture.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using outcome = topic::append_result::outcome;

/// A lane of one reader, which reads everything at once.
class TopicMemoryTest : public test::topic_fixture {
 protected:
  TopicMemoryTest() {
    environment_.max_backlog_bytes = 1'000'000;
    the().attach(lane_kind::raw, 0);
    the().claim(lane_kind::raw, 0);
  }
  void read(std::uint64_t lag = 0) {
    while (inboxes_[0].first().from)
      inboxes_[0].drop_first();
    const std::uint64_t end = the().begin_reading(lane_kind::raw, 0).at.position;
    the().finish_reading(lane_kind::raw, 0, end, lag);
  }
  void fill_and_read() {
    for (int i = 0; i < 200; ++i)
      append(1000);
    read();
    ASSERT_GT(budget_.used(), 30'000U);
  }
};

// Topics that everybody had read to the end once used up the memory of all.
TEST_F(TopicMemoryTest, WhereEverythingIsReadAtOnceSegmentsStaySmall) {
  for (int i = 0; i < 1000; ++i) {
    append(100);
    read();
  }
  EXPECT_LE(budget_.used(), 5000U);
}

// A send from two places costs a third more than one from one.
TEST_F(TopicMemoryTest, WhatIsReadTogetherLiesInOnePlace) {
  for (const std::size_t size : {66U, 111U, 1'028U}) {
    int in_several = 0;
    for (int batch = 0; batch < 100; ++batch) {
      const cursor begin = the().end(lane_kind::raw).at;
      for (int i = 0; i < 16; ++i)
        append(size);
      in_several += begin.pieces(the().end(lane_kind::raw).at.position).size() > 1 ? 1 : 0;
      read();
    }
    EXPECT_LE(in_several, 4) << size;  // until it is known how much that usually is
    EXPECT_LE(budget_.used(), 16 * size + 5000U) << size;
  }
}

TEST_F(TopicMemoryTest, ALargePublicationLeavesNoLargeSegmentBehind) {
  for (const std::size_t size : {100U, 30'000U, 100U}) {
    append(size);
    read();
  }
  EXPECT_LE(budget_.used(), 5000U);
}

// What it usually publishes at once is forgotten with the room for it.
TEST_F(TopicMemoryTest, WhatIsQuietAfterManyBurstsBeginsSmall) {
  for (int burst = 0; burst < 3; ++burst)
    fill_and_read();
  the().sweep(now_, 60s);
  the().sweep(now_, 60s);
  append(100);
  read();
  EXPECT_LE(budget_.used(), 1000U);
}

TEST_F(TopicMemoryTest, WhoeverComesAfterAllHaveLeftBeginsSmall) {
  for (int burst = 0; burst < 3; ++burst)
    fill_and_read();
  the().detach(lane_kind::raw, 0);
  EXPECT_EQ(budget_.used(), 0U);
  the().attach(lane_kind::raw, 0);
  the().claim(lane_kind::raw, 0);
  append(100);
  EXPECT_LE(budget_.used(), 1000U);
}

TEST_F(TopicMemoryTest, SegmentsAreNoLargerThanTheLargestHoweverMuchIsReadTogether) {
  for (int burst = 0; burst < 3; ++burst)
    fill_and_read();
  append(100);
  EXPECT_LE(budget_.used(), segment::largest + 1000);
}

TEST_F(TopicMemoryTest, WhereMemoryIsShortNoRoomIsMadeForWhatMayCome) {
  const auto publish_together = [&] {
    for (int i = 0; i < 16; ++i)
      append(1000);
    read();
  };
  for (int batch = 0; batch < 10; ++batch)
    publish_together();
  append(1000);
  EXPECT_GT(budget_.used(), 16'000U);
  for (int i = 1; i < 16; ++i)
    append(1000);
  read();
  budget_.take(800'000);
  append(1000);
  EXPECT_LE(budget_.used(), 805'000U);
}

TEST_F(TopicMemoryTest, WhatIsQuietAfterABurstKeepsLittle) {
  fill_and_read();
  EXPECT_TRUE(the().sweep(now_, 60s).wake.none());  // not quiet yet
  EXPECT_TRUE(the().sweep(now_, 60s).wake.test(0));
  EXPECT_LE(budget_.used(), 1000U);
  EXPECT_TRUE(the().sweep(now_, 60s).wake.none());
  EXPECT_EQ(append(100).what, outcome::appended);
  EXPECT_EQ(the().end(lane_kind::raw).at.position, 200'100U);
}

TEST_F(TopicMemoryTest, WhenMemoryIsShortItKeepsLittleAtOnce) {
  fill_and_read();
  budget_.take(800'000);
  the().sweep(now_, 60s);
  EXPECT_LE(budget_.used(), 801'000U);
}

TEST_F(TopicMemoryTest, WhatSomebodyIsBehindIsKept) {
  fill_and_read();
  read(1);
  the().sweep(now_, 60s);
  the().sweep(now_, 60s);
  EXPECT_GT(budget_.used(), 30'000U);
}

}  // namespace
}  // namespace broadcast_hub::topic
