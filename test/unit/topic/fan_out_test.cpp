#include "topic/fan_out.hpp"

#include "units.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using test::append;
using test::make_unit;
using test::receive_all;
using test::text_of;
using test::unsent;

class FanOutTest : public testing::Test {
 protected:
  std::string publish(std::size_t size, char fill = 'x') {
    std::string unit = make_unit(size, fill);
    EXPECT_TRUE(append(log_, unit).accepted);
    return unit;
  }

  void walk_over_all() {
    if (!topic_.begin_walk()) {
      return;
    }
    while (topic_.next().who != nullptr) {
    }
    topic_.end_walk();
  }

  log log_{1, std::size_t{1} << 30, test::unit_size_of};
  subscriber first_;
  subscriber second_;
  fan_out topic_{log_, 0};
};

TEST_F(FanOutTest, ANewcomerStartsAtTheEnd) {
  topic_.add(first_, 7);
  EXPECT_TRUE(first_.subscribed());
  EXPECT_EQ(first_.owner, 7U);
  publish(100);
  topic_.add(second_, 8);
  EXPECT_EQ(topic_.size(), 2U);
  EXPECT_EQ(topic_.lag(first_), 100U);
  EXPECT_EQ(topic_.lag(second_), 0U);
  EXPECT_EQ(log_.subscribers(), 2U);
  const std::string unit = publish(50);
  EXPECT_EQ(receive_all(topic_, second_), unit);
}

TEST_F(FanOutTest, WhoLeavesIsForgotten) {
  topic_.add(first_, 1);
  topic_.add(second_, 2);
  publish(10);
  topic_.remove(first_);
  EXPECT_FALSE(first_.subscribed());
  EXPECT_EQ(topic_.size(), 1U);
  EXPECT_EQ(log_.subscribers(), 1U);
  EXPECT_EQ(topic_.lag(second_), 10U);
  topic_.remove(second_);
  EXPECT_EQ(log_.subscribers(), 0U);
  EXPECT_EQ(topic_.held_bytes(), 0U);
}

TEST_F(FanOutTest, WithoutSubscribersTheLogKeepsNothingForIt) {
  topic_.add(first_, 1);
  topic_.remove(first_);
  publish(100);
  EXPECT_EQ(log_.end().position, 0U);
  topic_.add(first_, 1);
  EXPECT_EQ(unsent(topic_, first_), "");
}

TEST_F(FanOutTest, GatherGoesOverSegments) {
  topic_.add(first_, 1);
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    expected += publish(500, static_cast<char>('a' + i % 26));
  }
  std::array<iovec, 64> pieces;
  const std::size_t used = topic_.gather(first_, topic_.end(), pieces);
  EXPECT_GT(used, 3U);
  EXPECT_EQ(text_of({pieces.data(), used}), expected);
}

TEST_F(FanOutTest, GatherUsesNoMoreRoomThanThereIs) {
  topic_.add(first_, 1);
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    expected += publish(500);
  }
  std::string received;
  while (topic_.lag(first_) > 0) {
    std::array<iovec, 1> piece;
    ASSERT_EQ(topic_.gather(first_, topic_.end(), piece), 1U);
    received += text_of(piece);
    topic_.advance(first_, piece[0].iov_len);
  }
  EXPECT_EQ(received, expected);
  EXPECT_EQ(topic_.gather(first_, topic_.end(), std::span<iovec>()), 0U);
}

TEST_F(FanOutTest, GatherStopsAtTheEndItIsGiven) {
  topic_.add(first_, 1);
  const std::string unit = publish(40);
  const std::uint64_t end = topic_.end();
  publish(40);
  std::array<iovec, 4> pieces;
  const std::size_t used = topic_.gather(first_, end, pieces);
  EXPECT_EQ(text_of({pieces.data(), used}), unit);
}

TEST_F(FanOutTest, ItIsUpToDateAtEveryByteBoundary) {
  constexpr std::size_t units = 3;
  constexpr std::size_t unit = 300;  // the second one begins a segment
  for (std::size_t cut = 0; cut <= units * unit; ++cut) {
    subscriber who;
    topic_.add(who, 1);
    std::string all;
    for (std::size_t i = 0; i < units; ++i) {
      all += publish(unit, static_cast<char>('a' + i));
    }
    EXPECT_EQ(topic_.advance(who, cut), cut / unit);
    EXPECT_EQ(who.sent_of_unit, cut % unit);
    EXPECT_EQ(topic_.lag(who), all.size() - cut / unit * unit);
    EXPECT_EQ(unsent(topic_, who), all.substr(cut));
    EXPECT_EQ(topic_.advance(who, all.size() - cut), units - cut / unit);
    EXPECT_EQ(topic_.lag(who), 0U);
    topic_.remove(who);
  }
}

TEST_F(FanOutTest, ItAdvancesByteByByte) {
  topic_.add(first_, 1);
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    expected += publish(static_cast<std::size_t>(40 + i));
  }
  std::string received;
  std::size_t units = 0;
  while (topic_.lag(first_) > 0) {
    received += unsent(topic_, first_).substr(0, 1);
    units += topic_.advance(first_, 1);
  }
  EXPECT_EQ(received, expected);
  EXPECT_EQ(units, 20U);
}

TEST_F(FanOutTest, TheUnitAtTheCursorIsWhole) {
  topic_.add(first_, 1);
  publish(100);
  const std::string second = publish(600, 'z');
  topic_.advance(first_, 150);
  const log_piece unit = topic_.unit_at_cursor(first_);
  EXPECT_EQ(std::string(unit.data, unit.size), second);
}

TEST_F(FanOutTest, PiecesOutliveTheTopicsInterest) {
  topic_.add(first_, 1);
  const std::string unit = publish(100, 'p');
  publish(600);
  const std::vector<log_piece> pieces = topic_.pieces(first_, unit.size());
  topic_.remove(first_);
  for (int i = 0; i < 100; ++i) {
    publish(1000);
  }
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(std::string(pieces[0].data, pieces[0].size), unit);
}

TEST_F(FanOutTest, PiecesBeginBehindWhatWasSent) {
  topic_.add(first_, 1);
  std::string all = publish(100);
  all += publish(500);
  all += publish(100);
  topic_.advance(first_, 130);
  std::string rest;
  for (const log_piece& piece : topic_.pieces(first_, topic_.end())) {
    rest.append(piece.data, piece.size);
  }
  EXPECT_EQ(rest, all.substr(130));
  topic_.set_cursor(first_, topic_.end());
  EXPECT_EQ(first_.sent_of_unit, 0U);
  EXPECT_TRUE(topic_.pieces(first_, topic_.end()).empty());
}

TEST_F(FanOutTest, ReadSegmentsAreFreed) {
  topic_.add(first_, 1);
  for (int i = 0; i < 10'000; ++i) {
    publish(100);
    receive_all(topic_, first_);
    walk_over_all();
    ASSERT_LE(topic_.held_bytes(), log::largest_segment_bytes);
  }
}

TEST_F(FanOutTest, ASlowSubscriberKeepsWhatItHasNotRead) {
  topic_.add(first_, 1);
  topic_.add(second_, 2);
  second_.blocked = true;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    expected += publish(100);
    receive_all(topic_, first_);
    walk_over_all();
  }
  EXPECT_GE(topic_.held_bytes(), expected.size());
  EXPECT_EQ(receive_all(topic_, second_), expected);
  publish(4);
  walk_over_all();
  EXPECT_LE(topic_.held_bytes(), log::largest_segment_bytes);
}

TEST_F(FanOutTest, ASegmentReadToItsEndIsNotKeptForWhoStandsThere) {
  topic_.add(first_, 1);
  publish(log::first_segment_bytes);
  publish(100);
  topic_.advance(first_, log::first_segment_bytes);
  walk_over_all();
  EXPECT_EQ(topic_.lag(first_), 100U);
  EXPECT_EQ(topic_.held_bytes(), 2 * log::first_segment_bytes);  // the second one only
}

TEST_F(FanOutTest, WhoCatchesUpOnASilentTopicFreesWhatItKept) {
  topic_.add(first_, 1);
  for (int i = 0; i < 5000; ++i) {
    publish(100);
  }
  walk_over_all();
  ASSERT_GE(topic_.held_bytes(), 500'000U);
  receive_all(topic_, first_);
  EXPECT_FALSE(topic_.begin_walk());
  EXPECT_LE(topic_.held_bytes(), log::largest_segment_bytes);
}

TEST_F(FanOutTest, WhatOnlyALeavingSubscriberKeptIsFreed) {
  topic_.add(first_, 1);
  topic_.add(second_, 2);
  for (int i = 0; i < 5000; ++i) {
    publish(100);
  }
  receive_all(topic_, first_);
  walk_over_all();
  ASSERT_GE(topic_.held_bytes(), 500'000U);
  topic_.remove(second_);
  publish(4);
  walk_over_all();
  EXPECT_LE(topic_.held_bytes(), log::largest_segment_bytes);
}

TEST_F(FanOutTest, AFanOutThatGoesLetsGoOfItsSubscribers) {
  {
    fan_out local(log_, 0);
    local.add(first_, 1);
    local.add(second_, 2);
  }
  EXPECT_FALSE(first_.subscribed());
  EXPECT_FALSE(second_.subscribed());
  EXPECT_EQ(log_.subscribers(), 0U);
  publish(100);
  EXPECT_EQ(log_.end().position, 0U);
}

}  // namespace
}  // namespace broadcast_hub::topic
