#include "topic/registry.hpp"

#include "units.hpp"

#include <broadcast_hub/error.hpp>
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using test::make_unit;
using test::raw_only;

class RegistryTest : public testing::Test {
 protected:
  registry& all() {
    if (!registry_)
      registry_ = std::make_unique<registry>(options_, 2, 1'000'000, &test::unit_size_of);
    return *registry_;
  }
  std::shared_ptr<topic> open(std::string_view name) { return all().open(name).found; }
  topic::append_result publish(std::string_view name) {
    return open(name)->append(raw_only(make_unit(10)), now_);
  }

  time_point now_{100h};
  topics_options options_;
  std::unique_ptr<registry> registry_;
  std::atomic<std::size_t> members_{0};
};

TEST_F(RegistryTest, ATopicIsThereFromItsFirstUse) {
  EXPECT_EQ(all().find("news"), nullptr);
  const auto made = open("news");
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->name(), "news");
  EXPECT_EQ(open("news"), made);
  EXPECT_EQ(all().find("news"), made);
  EXPECT_EQ(all().size(), 2U) << "with the default one";
}

TEST_F(RegistryTest, TheDefaultTopicIsAlwaysThere) {
  const auto made = all().find("default");
  ASSERT_NE(made, nullptr);
  for (int i = 0; i < 3; ++i) {
    all().sweep(now_);
    now_ += options_.linger + 1s;
  }
  EXPECT_EQ(&*all().pin("default"), made.get());
  EXPECT_EQ(all().find("default"), made);
  EXPECT_EQ(publish("default").what, topic::append_result::outcome::appended);
}

TEST_F(RegistryTest, PinsWhatIsThere) {
  EXPECT_FALSE(all().pin("news"));
  const auto made = open("news");
  const registry::pinned pinned = all().pin("news");
  ASSERT_TRUE(pinned);
  EXPECT_EQ(&*pinned, made.get());
}

TEST_F(RegistryTest, RefusesWhatIsNoName) {
  EXPECT_EQ(all().open("a..b").error, errc::invalid_topic);
  EXPECT_EQ(all().open("a.*").error, errc::invalid_topic);
  EXPECT_EQ(all().open("").error, errc::invalid_topic);
  EXPECT_EQ(all().size(), 1U) << "the default one";
}

TEST_F(RegistryTest, HasAsManyTopicsAsItMayAndTheDefaultOne) {
  options_.max_topics = 2;
  open("a");
  open("b");
  EXPECT_EQ(all().open("c").error, errc::too_many_topics);
  EXPECT_FALSE(all().open("a").error);
  EXPECT_FALSE(all().open("default").error);
}

// Once whoever made topics by subscribing to them kept all others from making any, for a minute.
TEST_F(RegistryTest, WhatOnlyLingersKeepsNobodyOut) {
  options_.max_topics = 4;
  for (const char* name : {"a", "b", "c"})
    open(name);
  open("c")->attach(lane_kind::raw, 0);
  all().sweep(now_);
  EXPECT_EQ(all().size(), 2U) << "with the default one";
  EXPECT_NE(all().find("c"), nullptr);
  open("d");
  all().sweep(now_);
  all().sweep(now_ + 59s);
  EXPECT_EQ(all().size(), 3U);
}

TEST_F(RegistryTest, ALookFindsWhatIsThereAndWhereItWas) {
  EXPECT_EQ(all().look_up("news").epoch, 0U);
  publish("news");
  const std::shared_ptr<topic> made = all().look_up("news").found;
  ASSERT_EQ(made, open("news"));
  all().sweep(now_);
  all().sweep(now_ + 60s);
  const registry::looked_up gone = all().look_up("news");
  EXPECT_EQ(gone.found, nullptr);
  EXPECT_EQ(gone.epoch, made->epoch());
  EXPECT_EQ(gone.offset, 1U);
}

TEST_F(RegistryTest, TheFirstRuleThatMatchesIsTheOne) {
  options_.defaults.max_lag_bytes = 1000;
  topic_options ten;
  ten.max_lag_bytes = 10'000;
  topic_options twenty;
  twenty.max_lag_bytes = 20'000;
  options_.rules = {{"orders.eu", ten}, {"orders.>", twenty}};
  EXPECT_EQ(open("orders.eu")->options().max_lag_bytes, 10'000U);
  EXPECT_EQ(open("orders.us")->options().max_lag_bytes, 20'000U);
  EXPECT_EQ(open("orders")->options().max_lag_bytes, 1000U);
}

TEST_F(RegistryTest, EpochsDiffer) {
  EXPECT_NE(open("a")->epoch(), open("b")->epoch());
}

TEST_F(RegistryTest, APatternAttachesToTopicsThatAreThereAndThatComeLater) {
  open("a.b");
  open("x.y");
  const registry::interest who{lane_kind::raw, 1, &members_};
  const auto matching = all().add_pattern("a.>", who);
  ASSERT_EQ(matching.size(), 1U);
  EXPECT_EQ(matching[0]->name(), "a.b");
  EXPECT_TRUE(matching[0]->attached(lane_kind::raw, 1));
  EXPECT_FALSE(matching[0]->attached(lane_kind::raw, 0));
  EXPECT_FALSE(open("x.y")->attached(lane_kind::raw, 1));

  members_ = 3;
  const auto later = open("a.c");
  EXPECT_TRUE(later->attached(lane_kind::raw, 1));
  EXPECT_EQ(later->subscribers(), 3U);
  EXPECT_FALSE(all().inbox_of(1).empty());

  std::vector<std::string> left;
  all().remove_pattern("a.>", who, [&](const topic& each) { left.push_back(each.name()); });
  EXPECT_THAT(left, testing::UnorderedElementsAre("a.b", "a.c"));
  EXPECT_FALSE(open("a.d")->attached(lane_kind::raw, 1));
}

// Nobody is woken for a topic that has nothing yet; its first publication must do that.
TEST_F(RegistryTest, TheFirstPublicationOfANewTopicWakes) {
  all().add_pattern(">", {lane_kind::raw, 0, &members_});
  const auto made = open("a");
  EXPECT_TRUE(made->append(raw_only(make_unit(10)), now_).wake.test(0));
}

TEST_F(RegistryTest, TopicsThatNobodyUsesGoAfterAWhile) {
  publish("a");
  publish("b");
  open("b")->attach(lane_kind::raw, 0);
  all().sweep(now_);
  all().sweep(now_ + 60s);
  EXPECT_EQ(all().find("a"), nullptr);
  EXPECT_NE(all().find("b"), nullptr);
  EXPECT_EQ(all().published(), 2U);
}

TEST_F(RegistryTest, ATopicThatComesBackGoesOnWhereItWas) {
  const std::uint64_t epoch = open("a")->epoch();
  publish("a");
  publish("a");
  all().sweep(now_);
  all().sweep(now_ + 60s);
  ASSERT_EQ(all().find("a"), nullptr);
  EXPECT_EQ(open("a")->epoch(), epoch);
  EXPECT_EQ(publish("a").offset, 3U);
  EXPECT_EQ(all().published(), 3U);
}

TEST_F(RegistryTest, ATopicIsForgottenAfterADay) {
  const std::uint64_t epoch = open("a")->epoch();
  publish("a");
  all().sweep(now_);
  all().sweep(now_ + 60s);
  all().sweep(now_ + 60s + 24h);
  EXPECT_NE(open("a")->epoch(), epoch);
  EXPECT_EQ(publish("a").offset, 1U);
}

TEST_F(RegistryTest, WhatWasUsedLongestAgoIsForgottenFirst) {
  options_.max_topics = 2;
  const auto use = [this](const std::string& name) {
    publish(name);
    all().sweep(now_);
    now_ += 60s;
    all().sweep(now_);
  };
  for (const char* name : {"a", "b", "a", "c"})
    use(name);
  EXPECT_EQ(publish("a").offset, 3U);
}

TEST_F(RegistryTest, NoMoreIsRememberedThanThereMayBeTopics) {
  options_.max_topics = 3;
  const auto use = [this](const std::string& name) {
    publish(name);
    all().sweep(now_);
    now_ += 60s;
    all().sweep(now_);
  };
  for (const char* name : {"a", "b", "c", "d"})
    use(name);
  EXPECT_EQ(publish("a").offset, 1U);  // the oldest, forgotten
  EXPECT_EQ(publish("b").offset, 2U);
}

// A price is newer than most of what a log of everything keeps, and costs less.
TEST_F(RegistryTest, WhenMemoryIsShortHistoriesShrinkBeforeTheNewestGoes) {
  options_.max_log_bytes = 1024 * 1024;
  options_.defaults.slow_consumers = slow_consumer_policy::latest;
  topic_rule bulk{"bulk", options_.defaults};
  bulk.options.history.max_publications = 1000;
  options_.rules = {bulk};
  const std::string big = make_unit(60'000);
  const auto keeps = [&](const std::string& name) {
    return all().find(name)->read_newest(1, 1 << 20, now_).units.size();
  };
  const auto fill = [&](const std::string& name) {
    ASSERT_EQ(open(name)->append(raw_only(big), now_).what,
              topic::append_result::outcome::appended);
  };
  fill("price.0");
  for (int round = 0; round < 5; ++round) {
    while (!all().budget().tight())
      fill("bulk");
    all().sweep(now_);
    EXPECT_EQ(keeps("price.0"), 1U) << round;
  }
  for (int i = 1; i < 100 && keeps("price.0") > 0; ++i) {
    fill("price." + std::to_string(i));
    all().sweep(now_);
  }
  EXPECT_EQ(keeps("price.0"), 0U);
}

TEST_F(RegistryTest, SweepingTellsWhereThePublishersMayGoOn) {
  options_.max_log_bytes = 1024 * 1024;
  options_.defaults.history.max_publications = 1'000'000;
  options_.defaults.history.max_bytes = std::size_t{1} << 30;
  options_.defaults.max_lag_bytes = 1024 * 1024;
  const std::string big = make_unit(60'000);
  while (open("a")->append(raw_only(big), now_).what == topic::append_result::outcome::appended) {
  }
  EXPECT_LE(all().budget().used(), options_.max_log_bytes);
  const auto drained = all().sweep(now_).drained;
  ASSERT_EQ(drained.size(), 1U);
  EXPECT_EQ(drained[0]->name(), "a");
  EXPECT_TRUE(all().sweep(now_).drained.empty());
}

}  // namespace
}  // namespace broadcast_hub::topic
