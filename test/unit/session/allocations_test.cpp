#include "support/allocation_count.hpp"
#include "support/fake_crowd.hpp"
#include "support/topic_shard.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

namespace broadcast_hub::session {
namespace {

/// What publications and deliveries cost in heap allocations once everything has grown to its size.
/// Segments of the log are allocations too.
class AllocationsTest : public testing::Test {
 protected:
  static constexpr std::uint64_t subscribers = 20;
  static constexpr std::uint64_t publications = 10'000;

  struct cost {
    std::uint64_t publishing = 0;
    std::uint64_t delivering = 0;
  };

  void begin(topic_options chosen = {}) {
    topics_options options;
    options.defaults = chosen;
    shard_ = std::make_unique<test::topic_shard>(&wire::frame_size, options);
    crowd_ = std::make_unique<test::fake_crowd>(*shard_, subscribers);
  }

  void publish(std::string_view name) {
    const auto result = shard_->publish(name, frame_);
    ASSERT_EQ(result.what, topic::topic::append_result::outcome::appended);
  }

  /// Each publication on all topics, and `deliver` after each.
  template <typename Deliver>
  cost measure(std::initializer_list<std::string_view> names, Deliver deliver) {
    for (std::uint64_t i = 0; i < publications / 10; ++i)
      round(names, deliver);
    cost spent;
    for (std::uint64_t i = 0; i < publications; i += names.size()) {
      const cost one = round(names, deliver);
      spent.publishing += one.publishing;
      spent.delivering += one.delivering;
    }
    return spent;
  }

  const topic::tally& count() const { return shard_->reader.count(); }

  std::string frame_ = wire::make_frame(wire::opcode::text, std::string(64, 'x'));
  std::unique_ptr<test::topic_shard> shard_;
  std::unique_ptr<test::fake_crowd> crowd_;

 private:
  template <typename Deliver>
  cost round(std::initializer_list<std::string_view> names, Deliver deliver) {
    const std::uint64_t before = test::allocation_count();
    for (const std::string_view name : names)
      publish(name);
    const std::uint64_t published = test::allocation_count();
    deliver();
    return {published - before, test::allocation_count() - published};
  }
};

TEST_F(AllocationsTest, TheCountCounts) {
  const std::uint64_t before = test::allocation_count();
  const auto one = std::make_unique<int>(1);
  const auto many = std::make_unique<int[]>(10);
  EXPECT_EQ(test::allocation_count() - before, 2U);
}

TEST_F(AllocationsTest, CommonDeliveriesCostNone) {
  begin();
  crowd_->subscribe("news");
  const cost spent = measure({"news"}, [this] { crowd_->walk(); });
  EXPECT_LE(spent.publishing, publications);
  EXPECT_EQ(spent.delivering, 0U);
  EXPECT_EQ(count().delivered.value(), (publications + publications / 10) * subscribers);
}

// A walk of two topics has nothing in common for everybody.
TEST_F(AllocationsTest, DeliveriesByConnectionCostNone) {
  begin();
  crowd_->subscribe("news");
  crowd_->subscribe("sports");
  const cost spent = measure({"news", "sports"}, [this] { crowd_->walk(); });
  EXPECT_LE(spent.publishing, publications);
  EXPECT_EQ(spent.delivering, 0U);
  EXPECT_EQ(count().delivered.value(), count().offered.value());
}

TEST_F(AllocationsTest, SocketsThatTakeAFewBytesCostNone) {
  begin();
  crowd_->subscribe("news");
  crowd_->let_sends_take(50);
  const cost spent = measure({"news"}, [this] {
    crowd_->walk();
    crowd_->write_all();
  });
  EXPECT_LE(spent.publishing, publications);
  EXPECT_EQ(spent.delivering, 0U);
  EXPECT_GT(count().delivered.value(), 0U);
}

TEST_F(AllocationsTest, SocketsThatTakeNothingCostNone) {
  topic_options oldest;
  oldest.slow_consumers = slow_consumer_policy::drop_oldest;
  oldest.max_lag_bytes = 10'000;
  begin(oldest);
  crowd_->subscribe("news");
  crowd_->let_sends_take(0);
  // What the application is told is in a list.
  std::uint64_t told = 0;
  const cost spent = measure({"news"}, [&] { told += crowd_->walk(); });
  EXPECT_LE(spent.publishing, publications);
  EXPECT_LE(spent.delivering, told);
  EXPECT_LT(told, publications / 10);
  EXPECT_GT(count().dropped_oldest.value(), publications);
}

TEST_F(AllocationsTest, PublicationsWithoutSubscribersCostNone) {
  begin();
  const cost spent = measure({"news"}, [] {});
  EXPECT_EQ(spent.publishing, 0U);
}

class PublishingAllocationsTest : public AllocationsTest,
                                  public testing::WithParamInterface<std::size_t> {
 protected:
  PublishingAllocationsTest() {
    frame_ = wire::make_frame(wire::opcode::text, std::string(GetParam(), 'x'));
  }
};

TEST_P(PublishingAllocationsTest, APublicationCostsAtMostOne) {
  begin();
  crowd_->subscribe("news");
  const cost spent = measure({"news"}, [this] { crowd_->walk(); });
  EXPECT_LE(spent.publishing, publications);
  EXPECT_EQ(spent.delivering, 0U);
}

TEST_P(PublishingAllocationsTest, OneThatIsKeptInAHistoryToo) {
  topic_options keeping;
  keeping.history.max_publications = 100;
  begin(keeping);
  const cost spent = measure({"news"}, [] {});
  EXPECT_LE(spent.publishing, publications);
}

INSTANTIATE_TEST_SUITE_P(Payloads, PublishingAllocationsTest,
                         testing::Values(64, 1024, 16'384, 100'000));

}  // namespace
}  // namespace broadcast_hub::session
