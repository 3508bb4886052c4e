#include "presence/attendance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace broadcast_hub::presence {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class AttendanceTest : public testing::Test {
 protected:
  attendance::place join(const std::string& topic, const std::string& id,
                         const attendance::shard_set& watchers = {}) {
    return who_.join(topic, options_, {id, {}, {}}, watchers);
  }

  /// The news of the next time that there may be some, for example "room +a -b =1 @2": on shard 2.
  std::vector<std::string> news() {
    now_ += attendance::least_apart;
    std::vector<attendance::news> found;
    who_.collect(now_, found);
    std::vector<std::string> told;
    for (const attendance::news& each : found)
      told.push_back(described(each));
    return told;
  }

  static std::string described(const attendance::news& what) {
    std::string text = what.topic;
    for (const client& each : what.what.joined)
      text += " +" + each.id;
    for (const client& each : what.what.left)
      text += " -" + each.id;
    text += " =" + std::to_string(what.what.count);
    for (std::size_t i = 0; i < attendance::max_shards; ++i)
      text += what.watchers[i] ? " @" + std::to_string(i) : "";
    return text;
  }

  static constexpr attendance::shard_set shard(std::size_t index) { return 1ULL << index; }

  time_point now_{100h};
  presence_options options_;
  attendance who_;
};

TEST_F(AttendanceTest, WhoComesAndGoesIsToldWhereSomebodyWatches) {
  join("room", "a", shard(2));
  const attendance::place b = join("room", "b");
  const attendance::place c = join("room", "c");
  join("other", "d");
  EXPECT_THAT(news(), ElementsAre("room +c +b +a =3 @2"));
  who_.watch(c, 0);
  who_.leave(b, now_);
  EXPECT_THAT(news(), ElementsAre("room -b =2 @0 @2"));
  who_.unwatch(c, 0);
  who_.leave(c, now_);
  EXPECT_THAT(news(), ElementsAre("room -c =1 @2"));
  EXPECT_THAT(news(), IsEmpty());
}

TEST_F(AttendanceTest, NobodyIsToldMoreOftenThanTenTimesASecond) {
  join("room", "a", shard(0));
  EXPECT_THAT(news(), ElementsAre("room +a =1 @0"));
  join("room", "b");
  std::vector<attendance::news> found;
  who_.collect(now_ + attendance::least_apart - 1ms, found);
  EXPECT_THAT(found, IsEmpty());
  EXPECT_THAT(news(), ElementsAre("room +b =2 @0"));
}

TEST_F(AttendanceTest, WhatNobodyWatchesIsSettledAllTheSame) {
  const attendance::place a = join("room", "a");
  EXPECT_THAT(news(), IsEmpty());
  who_.watch(a, 1);
  EXPECT_THAT(news(), IsEmpty());  // whoever begins to watch asks who is there
  EXPECT_EQ(who_.look("room").clients.size(), 1U);
  who_.unwatch(a, 1);
  who_.leave(a, now_);
  EXPECT_THAT(news(), IsEmpty());
  EXPECT_EQ(who_.look("room").count, 0U);
}

TEST_F(AttendanceTest, AGraceTimeEndsByItself) {
  options_.grace = 250ms;
  join("room", "a", shard(0));
  const attendance::place ann = who_.join("room", options_, {"b", "ann", {}});
  EXPECT_THAT(news(), ElementsAre("room +b +a =2 @0"));
  who_.leave(ann, now_);
  EXPECT_THAT(news(), IsEmpty());
  EXPECT_THAT(news(), IsEmpty());
  EXPECT_THAT(news(), ElementsAre("room -b =1 @0"));
}

TEST_F(AttendanceTest, ManyTopicsChangeAndEndTogether) {
  constexpr int topics = 1000;
  std::deque<attendance::place> places;
  for (int i = 0; i < topics; ++i)
    places.push_back(join("room." + std::to_string(i), "a", shard(0)));
  EXPECT_EQ(news().size(), topics);
  for (const attendance::place& each : places)
    who_.leave(each, now_);
  EXPECT_EQ(news().size(), topics);  // their watchers have not been taken out
  for (int i = 0; i < topics; ++i)
    EXPECT_EQ(who_.look("room." + std::to_string(i)).count, 0U);
  join("room.7", "b", shard(0));
  EXPECT_THAT(news(), ElementsAre("room.7 +b =1 @0"));
}

// What a client is told at most, at full size: 10,000 join within a second, and then leave.
TEST_F(AttendanceTest, ACrowdOfTenThousandIsToldInTenFrames) {
  constexpr std::size_t crowd = 10'000;  // one each 100 us
  options_.max_named = 2000;
  join("room", "watcher", shard(0));
  news();
  std::vector<attendance::place> places;
  std::vector<attendance::news> told;
  std::vector<time_point> moments;
  const auto pass = [&](auto change) {
    told.clear();
    moments.clear();
    const time_point start = now_;
    for (std::size_t i = 0; i < crowd; ++i) {
      change(i);
      now_ = start + (i + 1) * 100us;
      who_.collect(now_, told);
      moments.resize(told.size(), now_);
    }
  };
  pass([&](std::size_t i) { places.push_back(join("room", "c" + std::to_string(i))); });
  EXPECT_LE(told.size(), 10U);
  EXPECT_GE(told.size(), 9U);
  for (std::size_t i = 1; i < moments.size(); ++i)
    EXPECT_GE(moments[i] - moments[i - 1], 100ms);
  EXPECT_EQ(told.front().what.joined.size(), 1000U);  // they can still be named
  EXPECT_TRUE(told.back().what.joined.empty());
  EXPECT_THAT(news(), testing::AnyOf(IsEmpty(), ElementsAre("room =10001 @0")));
  EXPECT_EQ(who_.look("room").count, crowd + 1);

  pass([&](std::size_t i) { who_.leave(places[i], now_); });
  EXPECT_LE(told.size(), 10U);
  news();
  EXPECT_EQ(who_.look("room").count, 1U);
}

}  // namespace
}  // namespace broadcast_hub::presence
