#include "presence/presence_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace broadcast_hub::presence {
namespace {

using namespace std::chrono_literals;

class PresenceSetTest : public testing::Test {
 protected:
  void join(const std::string& id, const std::string& user = {}, const std::string& info = {}) {
    members_[id] = &set_.join({id, user, info});
  }
  void leave(const std::string& id) { set_.leave(*members_.at(id), now_); }

  /// For example "+a +b -c", in order of the ids.
  std::string changes() {
    const presence_set::changes found = set_.to_tell(now_);
    EXPECT_EQ(set_.to_tell(now_).joined.size(), found.joined.size());
    set_.settle(now_);
    std::vector<std::string> all;
    for (const client& each : found.joined)
      all.push_back("+" + each.id);
    for (const client& each : found.left)
      all.push_back("-" + each.id);
    std::sort(all.begin(), all.end());
    std::string text;
    for (const std::string& each : all)
      text += (text.empty() ? "" : " ") + each;
    return text;
  }

  time_point now_{100h};
  const presence_options options_{.enabled = true, .max_named = 10, .grace = 5s};
  presence_set set_{options_};
  std::map<std::string, presence_set::member*> members_;
};

TEST_F(PresenceSetTest, WhoComesAndGoesIsToldOnce) {
  join("a");
  join("b");
  EXPECT_EQ(changes(), "+a +b");
  EXPECT_EQ(changes(), "");
  EXPECT_EQ(set_.count(), 2U);
  leave("a");
  EXPECT_EQ(changes(), "-a");
  EXPECT_EQ(set_.count(), 1U);
  EXPECT_FALSE(set_.unsettled());
}

TEST_F(PresenceSetTest, WhoCameAndWentInBetweenIsNotMentioned) {
  join("a");
  leave("a");
  EXPECT_EQ(changes(), "");
  EXPECT_TRUE(set_.empty());
}

TEST_F(PresenceSetTest, WhoCameAndWentUntoldDoesNotCount) {
  join("a");
  leave("a");
  join("b");
  EXPECT_EQ(set_.to_tell(now_).count, 1U);
}

TEST_F(PresenceSetTest, WhoComesBackUnderAnotherNameIsToldAgain) {
  join("a", "ann", "Ann");
  EXPECT_EQ(changes(), "+a");
  leave("a");
  join("b", "ann", "Anne");
  ASSERT_EQ(set_.to_tell(now_).joined.size(), 1U);
  EXPECT_EQ(set_.to_tell(now_).joined.front().info, "Anne");
  EXPECT_EQ(changes(), "+a");
  EXPECT_EQ(set_.count(), 1U);
  leave("b");
  now_ += 5s;
  EXPECT_EQ(changes(), "-a");
}

// The hub may not have noticed yet that the one before it is dead.
TEST_F(PresenceSetTest, TheLatestConnectionSaysUnderWhichName) {
  join("a", "ann", "Ann");
  EXPECT_EQ(changes(), "+a");
  join("b", "ann", "Anne");
  leave("a");
  EXPECT_EQ(changes(), "+a");
  EXPECT_EQ(set_.list().front().info, "Anne");
  EXPECT_EQ(set_.count(), 1U);
}

TEST_F(PresenceSetTest, WhoGoesBeforeTheOtherNameIsToldIsMissedAllTheSame) {
  join("a", "ann", "Ann");
  EXPECT_EQ(changes(), "+a");
  leave("a");
  join("b", "ann", "Anne");
  leave("b");
  now_ += 5s;
  EXPECT_EQ(changes(), "-a");
}

TEST_F(PresenceSetTest, AUserWithSeveralConnectionsIsThereOnce) {
  join("a", "ann");
  join("b", "ann");
  EXPECT_EQ(changes(), "+a");
  EXPECT_EQ(set_.count(), 1U);
  leave("a");
  now_ += 1h;
  EXPECT_EQ(changes(), "");
  leave("b");
  now_ += 5s;
  EXPECT_EQ(changes(), "-a");
}

TEST_F(PresenceSetTest, AReconnectWithinTheGraceTimeIsNoChange) {
  join("a", "ann");
  changes();
  leave("a");
  now_ += 5s - 1ms;
  EXPECT_EQ(changes(), "");
  EXPECT_EQ(set_.count(), 1U);
  join("b", "ann");
  now_ += 1h;
  EXPECT_EQ(changes(), "");
  EXPECT_FALSE(set_.unsettled());
}

TEST_F(PresenceSetTest, TheGraceTimeBeginsAnewWithEachEnd) {
  join("a", "ann");
  changes();
  leave("a");
  now_ += 4s;
  join("b", "ann");
  leave("b");
  now_ += 4s;
  EXPECT_EQ(changes(), "");
  EXPECT_TRUE(set_.unsettled());
  now_ += 1s;
  EXPECT_EQ(changes(), "-a");
  EXPECT_TRUE(set_.empty());
}

TEST_F(PresenceSetTest, AnonymousClientsHaveNoGraceTime) {
  join("a");
  changes();
  leave("a");
  EXPECT_EQ(changes(), "-a");
}

TEST_F(PresenceSetTest, AUserIsNotTakenForAConnection) {
  join("x");
  join("y", "x");
  EXPECT_EQ(set_.count(), 2U);
}

TEST_F(PresenceSetTest, TheListIsBounded) {
  for (int i = 0; i < 10; ++i)
    join("c" + std::to_string(i));
  EXPECT_EQ(set_.list().size(), 10U);
  join("one too many");
  EXPECT_EQ(set_.list().size(), 0U);
  EXPECT_EQ(set_.count(), 11U);
}

TEST_F(PresenceSetTest, ManyChangesAreToldWithoutNames) {
  for (int i = 0; i < 11; ++i)
    join("c" + std::to_string(i));
  const presence_set::changes found = set_.to_tell(now_);
  EXPECT_TRUE(found.any);
  EXPECT_EQ(found.count, 11U);
  EXPECT_TRUE(found.joined.empty());
  set_.settle(now_);
  leave("c0");
  EXPECT_EQ(changes(), "-c0");  // those who are there can be named again
}

// Once nobody was told that it left, and it stayed for ever for whoever had asked in between.
TEST_F(PresenceSetTest, WhoWasListedLeavesAlsoWhenItsJoiningWasNotTold) {
  join("a");
  EXPECT_EQ(set_.list().size(), 1U);
  leave("a");
  EXPECT_EQ(changes(), "-a");
}

TEST_F(PresenceSetTest, WhoIsListedAfterItLeftLeavesAllTheSame) {
  join("a");
  leave("a");
  EXPECT_EQ(set_.list().size(), 1U);
  EXPECT_EQ(changes(), "-a");
  EXPECT_TRUE(set_.empty());
}

// Once it counted all that time, and nobody was told when it did not any more.
TEST_F(PresenceSetTest, AUserInItsGraceTimeIsThereForEverybody) {
  join("a", "ann");
  leave("a");
  EXPECT_EQ(set_.to_tell(now_).count, 1U);
  EXPECT_EQ(changes(), "+a");
  now_ += 5s;
  EXPECT_EQ(changes(), "-a");
}

}  // namespace
}  // namespace broadcast_hub::presence
