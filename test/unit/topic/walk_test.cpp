#include "reader_fixture.hpp"
#include "topic/reader.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class WalkTest : public test::reader_fixture {
 protected:
  /// One visit of the walk under way, served.
  std::uint32_t step() {
    const visit next = topics().next();
    if (next.what == visit::kind::over)
      return 99;
    topics().offer_walk(person(next.slot));
    take(next.slot);
    return next.slot;
  }
  void finish() {
    while (step() != 99) {
    }
    topics().end_walk(shard().now);
  }

  void publish_in_both_lanes(std::string_view name) {
    const std::string raw = test::unit_of("raw");
    const std::string deflated = test::unit_of("deflated");
    encoded both = test::raw_only(raw);
    both.deflated = {deflated};
    both.made.set(index_of(lane_kind::deflated));
    shard().registry.open(name).found->append(both, shard().now);
  }
};

TEST_F(WalkTest, ThereIsNoneWithoutNews) {
  subscribe(0, "a");
  EXPECT_FALSE(topics().begin_walk());
  publish("b", "nobody listens");
  EXPECT_FALSE(topics().begin_walk());
}

TEST_F(WalkTest, EverybodyIsVisitedOnce) {
  for (std::size_t i = 0; i < 5; ++i)
    subscribe(i, "a");
  publish("a", "1");
  walk();
  EXPECT_THAT(visited_, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(WalkTest, SeveralTopicsAreServedInOneVisit) {
  subscribe(0, "a");
  subscribe(0, "b");
  subscribe(1, "b");
  publish("a", "1");
  publish("b", "2");
  walk();
  EXPECT_THAT(visited_, UnorderedElementsAre(0, 1));
  EXPECT_THAT(received(0), UnorderedElementsAre("1", "2"));
  EXPECT_THAT(received(1), ElementsAre("2"));
}

// It once lost what the walk had not given it yet.
TEST_F(WalkTest, WhoChangesHowItIsSubscribedMissesNothing) {
  subscribe(0, "t.x");
  subscribe(1, "t.x");
  publish("t.x", "1");
  ASSERT_TRUE(topics().begin_walk());
  ASSERT_EQ(step(), 0U);
  subscribe(1, "t.*");
  ASSERT_FALSE(topics().unsubscribe(person(1), "t.x"));
  take(1);
  finish();
  EXPECT_THAT(received(0), ElementsAre("1"));
  EXPECT_THAT(received(1), ElementsAre("1"));
  EXPECT_EQ(topics().count().offered.value(), 2U);
}

// The walk had passed the list of the name when it was joined.
TEST_F(WalkTest, WhoEndsOneOfTwoSubscriptionsGetsWhatTheWalkStillOwes) {
  subscribe(0, "t.x");
  subscribe(1, "t.*");
  subscribe(2, "t.*");
  publish("t.x", "1");
  ASSERT_TRUE(topics().begin_walk());
  EXPECT_EQ(step(), 0U);
  EXPECT_EQ(step(), 1U);
  subscribe(2, "t.x");
  EXPECT_FALSE(topics().unsubscribe(person(2), "t.*"));
  finish();
  take(2);
  publish("t.x", "2");
  walk();
  EXPECT_THAT(received(2), ElementsAre("1", "2"));
}

TEST_F(WalkTest, WhoIsSubscribedToManyTopicsGetsAllOfThemInPieces) {
  subscribe(0, ">");
  std::map<std::string, std::vector<int>> expected;
  std::string taken;
  for (int round = 0; round < 20; ++round) {
    for (int topic = round % 3; topic < 50; topic += 3) {
      const std::string name = "t" + std::to_string(topic);
      expected[name].push_back(round);
      publish(name, name + " " + std::to_string(round));
    }
    walk(0);
    take(0, static_cast<std::size_t>(37 * round));
  }
  take(0);
  std::map<std::string, std::vector<int>> got;
  for (const std::string& text : received(0))
    got[text.substr(0, text.find(' '))].push_back(std::stoi(text.substr(text.find(' '))));
  EXPECT_EQ(got, expected);
}

TEST_F(WalkTest, ItsEndIsFixedWhenItBegins) {
  subscribe(0, "a");
  publish("a", "1");
  ASSERT_TRUE(topics().begin_walk());
  publish("a", "2");
  EXPECT_EQ(step(), 0U);
  EXPECT_THAT(received(0), ElementsAre("1"));
  finish();
  walk();
  EXPECT_THAT(received(0), ElementsAre("2"));
}

TEST_F(WalkTest, ANewcomerGetsOnlyWhatComesLater) {
  subscribe(0, "a");
  publish("a", "1");
  ASSERT_TRUE(topics().begin_walk());
  publish("a", "2");
  subscribe(1, "a");
  publish("a", "3");
  finish();
  walk();
  EXPECT_THAT(received(0), ElementsAre("1", "2", "3"));
  EXPECT_THAT(received(1), ElementsAre("3"));
}

TEST_F(WalkTest, NobodyIsLeftOutOrServedTwiceWhenOthersLeaveMeanwhile) {
  for (std::size_t leaver = 0; leaver < 6; ++leaver) {
    for (std::size_t when = 0; when <= 6; ++when) {
      for (std::size_t i = 0; i < 6; ++i)
        subscribe(i, "a");
      publish("a", "1");
      ASSERT_TRUE(topics().begin_walk());
      for (std::size_t i = 0; i < when; ++i)
        step();
      topics().leave(person(leaver));
      finish();
      for (std::size_t i = 0; i < 6; ++i) {
        const auto texts = received(i);
        if (i != leaver) {
          EXPECT_THAT(texts, ElementsAre("1")) << i << ' ' << leaver << ' ' << when;
        }
        topics().leave(person(i));
      }
    }
  }
}

TEST_F(WalkTest, WhoComesBackWithinAWalkGetsNothingTwice) {
  subscribe(0, "a");
  subscribe(1, "a");
  publish("a", "1");
  ASSERT_TRUE(topics().begin_walk());
  EXPECT_EQ(step(), 0U);
  topics().leave(person(0));
  subscribe(0, "a");
  finish();
  EXPECT_THAT(received(0), ElementsAre("1"));
  EXPECT_THAT(received(1), ElementsAre("1"));
}

TEST_F(WalkTest, AlmostEverybodyGetsTheSameBytesByItsHandle) {
  subscribe(0, "a");
  subscribe(1, "a");
  topics().set_handle(person(1), 42);
  publish("a", "1");
  ASSERT_TRUE(topics().begin_walk());
  EXPECT_EQ(topics().next().what, visit::kind::own);
  const visit common = topics().next();
  EXPECT_EQ(common.what, visit::kind::common);
  EXPECT_EQ(common.slot, 1U);
  EXPECT_EQ(common.handle, 42);
  EXPECT_EQ(test::text_of(topics().common_bytes()), test::unit_of("1"));
  topics().count_common_delivery();
  EXPECT_EQ(topics().next().what, visit::kind::over);
  topics().end_walk(shard().now);
  EXPECT_EQ(topics().count().offered.value(), 1U);
  EXPECT_EQ(topics().count().delivered.value(), 1U);
}

TEST_F(WalkTest, EachLaneHasBytesThatItsReadersGetByTheirHandles) {
  for (const std::size_t who : {0U, 1U, 2U}) {
    person(who).lane = who == 1 ? lane_kind::deflated : lane_kind::raw;
    subscribe(who, "a");
    topics().set_handle(person(who), 40 + static_cast<int>(who));
  }
  publish_in_both_lanes("a");
  ASSERT_TRUE(topics().begin_walk());
  std::vector<std::string> got(3);
  for (visit next = topics().next(); next.what != visit::kind::over; next = topics().next()) {
    ASSERT_EQ(next.what, visit::kind::common);
    got[next.slot] = test::text_of(topics().common_bytes());
    topics().count_common_delivery();
  }
  topics().end_walk(shard().now);
  EXPECT_THAT(got,
              ElementsAre(test::unit_of("raw"), test::unit_of("deflated"), test::unit_of("raw")));
  EXPECT_EQ(topics().count().delivered.value(), 3U);
}

TEST_F(WalkTest, WithSeveralTopicsInOneLaneItsReadersAreAsked) {
  person(1).lane = lane_kind::deflated;
  subscribe(0, "a");
  subscribe(0, "b");
  subscribe(1, "b");
  topics().set_handle(person(0), 42);
  topics().set_handle(person(1), 43);
  publish("a", "1");
  publish_in_both_lanes("b");
  ASSERT_TRUE(topics().begin_walk());
  for (visit next = topics().next(); next.what != visit::kind::over; next = topics().next()) {
    EXPECT_EQ(next.what, next.slot == 0 ? visit::kind::own : visit::kind::common);
    topics().offer_walk(person(next.slot));
  }
  topics().end_walk(shard().now);
}

TEST_F(WalkTest, WithSeveralTopicsEverybodyIsAsked) {
  subscribe(0, "a");
  subscribe(0, "b");
  topics().set_handle(person(0), 42);
  publish("a", "1");
  publish("b", "1");
  ASSERT_TRUE(topics().begin_walk());
  EXPECT_EQ(topics().next().what, visit::kind::own);
  finish();
}

TEST_F(WalkTest, AHandleIsGoneWhenThereIsACursorOfItsOwn) {
  subscribe(0, "a");
  subscribe(1, "a");
  topics().set_handle(person(0), 42);
  publish("a", "1");
  topics().offer_all(person(0));
  ASSERT_TRUE(topics().begin_walk());
  EXPECT_EQ(topics().next().what, visit::kind::own);
  finish();
}

TEST_F(WalkTest, WhoIsBehindKeepsItsPlace) {
  subscribe(0, "a");
  subscribe(1, "a");
  publish("a", "1");
  walk(2);
  publish("a", "2");
  walk(2);
  take(0);
  EXPECT_THAT(received(0), ElementsAre("1", "2"));
  EXPECT_EQ(person(1).pending_units(), 2U);
  take(1);
  EXPECT_THAT(received(1), ElementsAre("1", "2"));
  publish("a", "3");
  walk();
  EXPECT_THAT(received(0), ElementsAre("3"));
  EXPECT_EQ(person(0).behind, nullptr);
}

TEST_F(WalkTest, WhatEverybodyHasReadIsLetGoOf) {
  subscribe(0, "a");
  subscribe(1, "a");
  const std::string big(50'000, 'x');
  for (int i = 0; i < 20; ++i) {
    publish("a", big);
    walk();
  }
  EXPECT_LT(shard().registry.budget().used(), 200'000U);
}

TEST_F(WalkTest, WhoIsBehindHoldsOnlyWhatItHasNotRead) {
  subscribe(0, "a");
  const std::string big(50'000, 'x');
  for (int i = 0; i < 10; ++i) {
    publish("a", big);
    walk(0);
  }
  EXPECT_GT(shard().registry.budget().used(), 500'000U);
  take(0);
  EXPECT_LT(shard().registry.budget().used(), 200'000U);
}

// A walk asks for memory of those whom it visits next: here they leave in its way, and are gone, as
// the sanitizers would see.
TEST(WalkAheadTest, WhoeverIsGoneIsNotAskedFor) {
  constexpr std::uint32_t crowd = 40;
  for (std::uint32_t ahead = 1; ahead < 20; ++ahead) {
    broadcast_hub::test::topic_shard shard(&test::unit_size_of);
    std::vector<std::unique_ptr<subscriber>> people;
    const auto come = [&](std::uint32_t slot) {
      people[slot] = std::make_unique<subscriber>();
      people[slot]->slot = slot;
      ASSERT_FALSE(shard.reader.subscribe(*people[slot], "a"));
      ASSERT_FALSE(shard.reader.subscribe(*people[slot], "b"));
    };
    const auto go = [&](std::uint32_t slot) {
      shard.reader.leave(*people[slot]);
      people[slot].reset();
    };
    people.resize(crowd);
    for (std::uint32_t slot = 0; slot < crowd; ++slot)
      come(slot);
    shard.publish("a", test::unit_of("1"));
    shard.publish("b", test::unit_of("2"));
    std::vector<bool> left(crowd);
    std::vector<int> visits(crowd);
    shard.walk([&](const reader::visit& next) {
      ++visits[next.slot];
      EXPECT_EQ(shard.reader.offer_walk(*people[next.slot]), 2U);
      const std::uint32_t victim = next.slot + ahead;
      if (victim < crowd && people[victim] && !left[victim]) {
        left[victim] = true;
        go(victim);
        if (victim % 3 == 0)
          come(victim);  // to the same slot, where nothing waits for it
      }
    });
    for (std::uint32_t slot = 0; slot < crowd; ++slot) {
      if (!left[slot]) {
        EXPECT_EQ(visits[slot], 1) << slot << ' ' << ahead;
      }
      if (people[slot])
        go(slot);
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::topic
