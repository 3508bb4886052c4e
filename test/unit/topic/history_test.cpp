#include "topic/history.hpp"

#include "topic/lane.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using test::unit_of;
using test::unit_size_of;

class HistoryTest : public testing::Test {
 protected:
  HistoryTest() { lane_.keep(0); }

  void add(const std::string& text) {
    const std::string unit = unit_of(text);
    lane_.make_room(unit.size(), offset_++, history_.bytes(lane_.position()));
    history_.add(lane_.position(), lane_.last(), now_);
    lane_.append({unit});
    history_.trim(lane_.position(), now_);
  }

  /// Offsets and texts of what is kept behind `since`.
  std::string kept(std::uint64_t since = 0, std::size_t limit = 1000) const {
    std::string text;
    for (const past_unit& each : history_.read(since, limit, offset_, unit_size_of)) {
      text += std::to_string(each.offset) + ":" +
              test::texts_of({each.frame.data, each.frame.size}).front() + " ";
    }
    return text;
  }

  time_point now_{100h};
  memory_budget budget_{10'000'000};
  lane lane_{1, budget_};
  std::uint64_t offset_ = 0;
  history_options options_{1000, 0ms, 1'000'000};
  history history_{options_};
};

TEST_F(HistoryTest, KeepsTheNewestByCount) {
  options_.max_publications = 3;
  for (const char* text : {"a", "b", "c", "d", "e"})
    add(text);
  EXPECT_EQ(kept(), "3:c 4:d 5:e ");
  EXPECT_EQ(kept(3), "4:d 5:e ");
  EXPECT_EQ(kept(0, 2), "3:c 4:d ");
  EXPECT_EQ(kept(5), "");
  EXPECT_EQ(kept(99), "");
}

TEST_F(HistoryTest, KeepsTheNewestByBytes) {
  options_.max_bytes = 20;
  for (const char* text : {"aaaa", "bbbb", "cccc", "dddd"})  // 8 bytes each
    add(text);
  EXPECT_EQ(kept(), "3:cccc 4:dddd ");
}

TEST_F(HistoryTest, KeepsTheNewestByAge) {
  options_.max_age = 10s;
  add("a");
  now_ += 6s;
  add("b");
  now_ += 4s;
  add("c");
  EXPECT_EQ(kept(), "2:b 3:c ");
  now_ += 10s;
  history_.trim(lane_.position(), now_);
  EXPECT_TRUE(history_.empty());
}

// It once kept nothing.
TEST_F(HistoryTest, AnAgeAloneIsEnough) {
  options_ = {0, 10s, 0};
  add("a");
  now_ += 6s;
  add("b");
  now_ += 4s;
  add("c");
  EXPECT_EQ(kept(), "2:b 3:c ");
}

TEST_F(HistoryTest, BytesAloneAreEnough) {
  options_ = {0, 0ms, 20};
  for (const char* text : {"aaaa", "bbbb", "cccc", "dddd"})
    add(text);
  EXPECT_EQ(kept(), "3:cccc 4:dddd ");
}

TEST_F(HistoryTest, UnlessBytesAreSetItHasAMebibyte) {
  options_ = {0, 10s, 0};
  for (int i = 0; i < 30; ++i)
    add(std::string(100'000, 'x'));
  EXPECT_EQ(history_.size(), 10U);
}

TEST_F(HistoryTest, LetsGoOfSegments) {
  options_.max_publications = 10;
  for (int i = 0; i < 1000; ++i)
    add(std::string(1000, 'x'));
  EXPECT_EQ(history_.size(), 10U);
  EXPECT_LE(budget_.used(), 2 * segment::largest + 1000);
  EXPECT_EQ(kept(998), "999:" + std::string(1000, 'x') + " 1000:" + std::string(1000, 'x') + " ");
}

TEST_F(HistoryTest, LosesTheOlderHalfWhenAsked) {
  for (const char* text : {"a", "b", "c", "d", "e"})
    add(text);
  history_.halve();
  EXPECT_EQ(kept(), "3:c 4:d 5:e ");
  history_.halve();
  history_.halve();
  history_.halve();
  EXPECT_EQ(kept(), "5:e ");
  history_.clear();
  EXPECT_EQ(kept(), "");
  history_.halve();
  add("f");
  EXPECT_EQ(kept(), "6:f ");
}

}  // namespace
}  // namespace broadcast_hub::topic
