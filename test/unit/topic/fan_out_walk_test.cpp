#include "topic/fan_out.hpp"
#include "units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using test::append;
using test::make_unit;
using test::receive_all;
using test::text_of;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class FanOutWalkTest : public testing::Test {
 protected:
  std::string publish(std::size_t size) {
    std::string unit = make_unit(size);
    append(log_, unit);
    return unit;
  }

  void add(std::uint32_t owner) {
    everybody_.push_back(std::make_unique<subscriber>());
    topic_.add(*everybody_.back(), owner);
  }

  void add_up_to(std::uint32_t count) {
    for (std::uint32_t owner = 0; owner < count; ++owner) {
      add(owner);
    }
  }

  subscriber& who(std::uint32_t owner) {
    for (const auto& each : everybody_) {
      if (each->subscribed() && each->owner == owner) {
        return *each;
      }
    }
    throw std::logic_error("no such subscriber");
  }

  /// Owners of the next visits, each sent everything; stops at the end of the walk.
  std::vector<std::uint32_t> visit(std::size_t count) {
    std::vector<std::uint32_t> owners;
    while (owners.size() < count) {
      const fan_out::visit next = topic_.next();
      if (next.who == nullptr) {
        break;
      }
      owners.push_back(next.who->owner);
      topic_.complete(*next.who);
    }
    return owners;
  }

  std::vector<std::uint32_t> visit_rest() {
    std::vector<std::uint32_t> owners = visit(1'000'000);
    topic_.end_walk();
    return owners;
  }

  log log_{1, std::size_t{1} << 30, test::unit_size_of};
  std::vector<std::unique_ptr<subscriber>> everybody_;
  fan_out topic_{log_, 0};
};

TEST_F(FanOutWalkTest, ThereIsNoWalkWithoutSubscribersOrNews) {
  EXPECT_FALSE(topic_.begin_walk());
  add(1);
  EXPECT_FALSE(topic_.begin_walk());
  publish(10);
  EXPECT_TRUE(topic_.begin_walk());
  visit_rest();
  EXPECT_FALSE(topic_.begin_walk());
}

TEST_F(FanOutWalkTest, AWalkVisitsEverybodyOnce) {
  add_up_to(5);
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  EXPECT_THAT(visit_rest(), UnorderedElementsAre(0U, 1U, 2U, 3U, 4U));
}

TEST_F(FanOutWalkTest, AWalkKnowsItsRange) {
  add(0);
  std::string all = publish(10);
  all += publish(20);
  ASSERT_TRUE(topic_.begin_walk());
  publish(40);
  EXPECT_EQ(topic_.walk_begin(), 0U);
  EXPECT_EQ(topic_.walk_end(), 30U);
  EXPECT_EQ(topic_.walk_units(), 2U);
  std::array<iovec, 4> pieces;
  const std::size_t used = topic_.gather(topic_.walk_begin(), 0, topic_.walk_end(), pieces);
  EXPECT_EQ(text_of({pieces.data(), used}), all);
  visit_rest();
  ASSERT_TRUE(topic_.begin_walk());
  EXPECT_EQ(topic_.walk_begin(), 30U);
  EXPECT_EQ(topic_.walk_end(), 70U);
  EXPECT_EQ(topic_.walk_units(), 1U);
}

TEST_F(FanOutWalkTest, UnitsThatNobodySawAreNotCountedInAWalk) {
  publish(10);
  publish(10);
  add(0);
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  EXPECT_EQ(topic_.walk_units(), 1U);
}

TEST_F(FanOutWalkTest, WhatIsPublishedDuringAWalkIsForTheNext) {
  add_up_to(2);
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  visit(1);
  EXPECT_TRUE(log_.end().offset == 1 && append(log_, make_unit(10)).wake.test(0));
  EXPECT_TRUE(topic_.begin_walk());  // the same one goes on
  EXPECT_EQ(topic_.walk_end(), 10U);
  EXPECT_THAT(visit_rest(), ElementsAre(1U));
  EXPECT_TRUE(topic_.begin_walk());
  EXPECT_THAT(visit_rest(), UnorderedElementsAre(0U, 1U));
}

TEST_F(FanOutWalkTest, WhoIsUpToDateIsNotVisited) {
  add_up_to(3);
  publish(10);
  receive_all(topic_, who(1));
  ASSERT_TRUE(topic_.begin_walk());
  EXPECT_THAT(visit_rest(), UnorderedElementsAre(0U, 2U));
}

TEST_F(FanOutWalkTest, ANewcomerIsNotVisitedByAWalkUnderWay) {
  add_up_to(2);
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  add(2);
  EXPECT_THAT(visit_rest(), UnorderedElementsAre(0U, 1U));
  EXPECT_EQ(topic_.lag(who(2)), 0U);
}

TEST_F(FanOutWalkTest, WhoStandsElsewhereIsNotAtTheCommonCursor) {
  add_up_to(2);
  publish(100);
  topic_.advance(who(0), 30);  // inside a unit
  add(2);                      // behind the walk's begin
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  std::set<std::uint32_t> common;
  std::set<std::uint32_t> others;
  for (fan_out::visit next = topic_.next(); next.who != nullptr; next = topic_.next()) {
    (next.at_common ? common : others).insert(next.who->owner);
  }
  EXPECT_THAT(common, ElementsAre(1U));
  EXPECT_THAT(others, ElementsAre(0U, 2U));
}

TEST_F(FanOutWalkTest, BlockedOnesAreVisitedTooAndStayBehind) {
  add_up_to(2);
  who(0).blocked = true;
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  std::set<std::uint32_t> visited;
  for (fan_out::visit next = topic_.next(); next.who != nullptr; next = topic_.next()) {
    visited.insert(next.who->owner);
    if (!next.who->blocked) {
      topic_.complete(*next.who);
    }
  }
  topic_.end_walk();
  EXPECT_THAT(visited, ElementsAre(0U, 1U));
  EXPECT_EQ(topic_.lag(who(0)), 10U);
  EXPECT_EQ(topic_.lag(who(1)), 0U);
}

// Every position of the walk, every one who leaves.
TEST_F(FanOutWalkTest, NobodyIsLeftOutOrVisitedTwiceWhenOneLeaves) {
  constexpr std::uint32_t count = 6;
  for (std::size_t visited = 0; visited <= count; ++visited) {
    for (std::uint32_t leaving = 0; leaving < count; ++leaving) {
      std::vector<subscriber> all(count);
      fan_out local(log_, 0);
      for (std::uint32_t i = 0; i < count; ++i) {
        local.add(all[i], i);
      }
      publish(10);
      ASSERT_TRUE(local.begin_walk());
      std::multiset<std::uint32_t> seen;
      for (std::size_t i = 0; i < visited; ++i) {
        seen.insert(local.next().who->owner);
      }
      local.remove(all[leaving]);
      for (fan_out::visit next = local.next(); next.who != nullptr; next = local.next()) {
        EXPECT_NE(next.who, &all[leaving]);
        seen.insert(next.who->owner);
      }
      for (std::uint32_t i = 0; i < count; ++i) {
        EXPECT_TRUE(seen.count(i) == 1 || (i == leaving && seen.count(i) == 0))
            << i << " with " << leaving << " leaving behind " << visited;
      }
      local.end_walk();
    }
  }
}

TEST_F(FanOutWalkTest, TheVisitedOneMayLeave) {
  add_up_to(4);
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  std::multiset<std::uint32_t> seen;
  for (fan_out::visit next = topic_.next(); next.who != nullptr; next = topic_.next()) {
    seen.insert(next.who->owner);
    topic_.remove(*next.who);
  }
  topic_.end_walk();
  EXPECT_THAT(seen, ElementsAre(0U, 1U, 2U, 3U));
  EXPECT_EQ(topic_.size(), 0U);
  EXPECT_FALSE(topic_.walking());
}

TEST_F(FanOutWalkTest, AWalkThatLosesEverybodyIsOver) {
  add_up_to(2);
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  visit(1);
  topic_.remove(who(0));
  topic_.remove(who(1));
  EXPECT_FALSE(topic_.walking());
  EXPECT_EQ(topic_.next().who, nullptr);
  topic_.end_walk();
  add(5);
  publish(10);
  ASSERT_TRUE(topic_.begin_walk());
  EXPECT_THAT(visit_rest(), ElementsAre(5U));
}

TEST_F(FanOutWalkTest, AWalkTellsTheLogHowFarItIs) {
  log small(1, 100, test::unit_size_of);
  subscriber who;
  fan_out topic(small, 0);
  topic.add(who, 1);
  EXPECT_TRUE(append(small, make_unit(100)).accepted);
  EXPECT_FALSE(append(small, make_unit(10)).accepted);
  ASSERT_TRUE(topic.begin_walk());
  EXPECT_NE(topic.next().who, nullptr);
  EXPECT_FALSE(append(small, make_unit(10)).accepted);
  EXPECT_EQ(topic.next().who, nullptr);
  topic.end_walk();  // also for whom the socket was full
  EXPECT_TRUE(append(small, make_unit(10)).accepted);
}

}  // namespace
}  // namespace broadcast_hub::topic
