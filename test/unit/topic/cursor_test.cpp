#include "topic/cursor.hpp"

#include "topic/lane.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using test::make_unit;
using test::text_of;
using test::unit_size_of;

/// A lane with units of 100 bytes; five fit into its first segment.
class CursorTest : public testing::Test {
 protected:
  CursorTest() {
    lane_.attach(0, 0);
    start_ = lane_.claim(0).start;
    for (std::uint64_t i = 1; i <= 50; ++i) {
      const std::string unit = make_unit(100, static_cast<char>('a' + i % 26));
      lane_.make_room(unit.size(), i - 1, all_.size());
      lane_.append({unit});
      all_ += unit;
    }
  }

  std::string rest(const cursor& from, std::uint64_t skip = 0) const {
    std::vector<iovec> pieces(100);
    pieces.resize(from.gather(skip, all_.size(), pieces));
    return text_of(pieces);
  }

  memory_budget budget_{1'000'000};
  lane lane_{1, budget_};
  cursor start_;
  std::string all_;
};

TEST_F(CursorTest, GathersEverythingOverSegments) {
  EXPECT_EQ(rest(start_), all_);
  EXPECT_EQ(rest(start_, 42), all_.substr(42));
}

TEST_F(CursorTest, GathersNoMoreThanThereIsRoomFor) {
  std::vector<iovec> pieces(2);
  EXPECT_EQ(start_.gather(0, all_.size(), pieces), 2U);
  EXPECT_EQ(text_of(pieces), all_.substr(0, 4500));  // segments of 512 and 4096 bytes
}

TEST_F(CursorTest, AdvancesByWholeUnitsAndTellsTheRest) {
  for (std::size_t bytes = 0; bytes <= all_.size(); bytes += 33) {
    cursor at = start_;
    EXPECT_EQ(at.advance(bytes, unit_size_of), bytes % 100);
    EXPECT_EQ(at.offset, bytes / 100);
    EXPECT_EQ(rest(at), all_.substr(bytes / 100 * 100));
  }
}

// A topic that was quiet begins a small segment, and the next unit does not fit into it.
TEST_F(CursorTest, PassesOverASegmentThatNothingIsIn) {
  cursor at = lane_.end(50).at;
  lane_.reader(0).read_to = all_.size();
  ASSERT_TRUE(lane_.renew(50, true));
  const std::string large = make_unit(1000, 'z');
  lane_.make_room(large.size(), 50, 0);
  lane_.append({large});
  all_ += large;
  std::vector<iovec> pieces(3);
  const cursor before{start_.part, 4900, 49};
  EXPECT_EQ(before.gather(0, all_.size(), pieces), 2U);  // nothing of the segment in between
  EXPECT_EQ(before.pieces(all_.size()).size(), 2U);
  EXPECT_EQ(at.advance(large.size(), unit_size_of), 0U);
  EXPECT_EQ(at.offset, 51U);
  EXPECT_EQ(at.position, all_.size());
}

TEST_F(CursorTest, MovesToAnyLaterPlace) {
  for (std::uint64_t unit = 0; unit <= 50; ++unit) {
    cursor at = start_;
    at.move_to(unit * 100, unit);
    EXPECT_EQ(rest(at), all_.substr(unit * 100));
  }
}

TEST_F(CursorTest, LetsGoOfWhatItHasPassed) {
  const std::size_t held = budget_.used();
  start_.move_to(4000, 40);
  EXPECT_LT(budget_.used(), held);
}

TEST_F(CursorTest, SkipsUntilLittleEnoughIsLeft) {
  for (std::uint64_t most = 0; most <= all_.size() + 100; most += 50) {
    cursor at = start_;
    at.skip_to_within(most, all_.size(), unit_size_of);
    EXPECT_LE(all_.size() - at.position, most);
    EXPECT_EQ(at.position, at.offset * 100);
    EXPECT_EQ(rest(at), all_.substr(at.position));
  }
}

TEST_F(CursorTest, SkipsNothingWhenLittleIsLeft) {
  start_.skip_to_within(all_.size(), all_.size(), unit_size_of);
  EXPECT_EQ(start_.offset, 0U);
}

// Whole segments are cheap to let go of; inside the last one it goes unit by unit.
TEST_F(CursorTest, SkipsToTheBorderOfASegmentOrExactlyInTheLastOne) {
  cursor at = start_;
  at.skip_to_within(4600, all_.size(), unit_size_of);
  EXPECT_EQ(at.position, 500U);
  at.skip_to_within(120, all_.size(), unit_size_of);
  EXPECT_EQ(at.position, 4900U);
}

TEST_F(CursorTest, KnowsTheUnitBehindIt) {
  start_.move_to(500, 5);  // the end of the first segment
  const log_piece unit = start_.unit(unit_size_of);
  EXPECT_EQ(std::string(unit.data, unit.size), all_.substr(500, 100));
}

TEST_F(CursorTest, PiecesKeepTheirOwnSegmentOnly) {
  std::vector<log_piece> pieces = start_.pieces(400);
  ASSERT_EQ(pieces.size(), 1U);
  start_ = {};
  lane_.detach(0);
  EXPECT_EQ(std::string(pieces[0].data, pieces[0].size), all_.substr(0, 400));
  EXPECT_LT(budget_.used(), 1000U);
  pieces.clear();
  EXPECT_EQ(budget_.used(), 0U);
}

}  // namespace
}  // namespace broadcast_hub::topic
