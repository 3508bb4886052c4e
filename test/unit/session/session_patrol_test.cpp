// Policies on a topic where nothing is published any more: no walk comes by.

#include "session_fixture.hpp"

#include <string>

namespace broadcast_hub::session {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class SessionPatrolTest : public test::session_fixture {
 protected:
  static constexpr std::chrono::milliseconds period{250};  // that of a shard

  /// Takes a part of the first of two publications, and nothing more.
  void begin(slow_consumer_policy policy) {
    options_.topics.defaults.slow_consumers = policy;
    open();
    publish("first");
    publish("second");
    taken_ = send(3);
    peer().out().block();
    offered_ = now_;
  }

  void patrol() {
    shard().reader.patrol([this](std::uint32_t) { peer().patrol(now_); });
  }

  /// Patrols come by until `acted`. Returns how long after the offer that was.
  template <typename Acted>
  duration patrol_until(Acted acted) {
    const duration limit = options_.topics.defaults.max_lag + 2 * period;
    for (patrol(); !acted() && now_ - offered_ <= limit; now_ += period, patrol())
      continue;
    return now_ - offered_;
  }

  std::vector<std::string> all_frames() {
    peer().out().unblock();
    return test::server_frames(taken_ + sent());
  }

  std::string taken_;
  time_point offered_;
};

TEST_F(SessionPatrolTest, WhoIsTooLateIsClosedWithinAPeriod) {
  begin(slow_consumer_policy::disconnect);
  now_ += 30ms;  // patrols do not come by at round times
  const duration after =
      patrol_until([this] { return peer().now_in() == session::phase::closing; });
  EXPECT_GT(after, 10s);
  EXPECT_LE(after, 10s + period);
  EXPECT_EQ(ending(), "4008 too far behind");
  EXPECT_THAT(all_frames(), ElementsAre("text:first", "close:4008 too far behind"));
}

TEST_F(SessionPatrolTest, WhatIsTooOldIsDroppedWithinAPeriod) {
  begin(slow_consumer_policy::drop_oldest);
  publish("third");
  walk();
  now_ += 30ms;
  const topic::tally& count = shard().reader.count();
  const duration after = patrol_until([&] { return count.dropped_oldest.value() > 0; });
  EXPECT_GT(after, 10s);
  EXPECT_LE(after, 10s + period);
  EXPECT_EQ(count.dropped_oldest.value(), 1U);
  EXPECT_THAT(all_frames(), ElementsAre("text:first", "text:third"));
}

TEST_F(SessionPatrolTest, WhatIsSupersededIsDroppedWithinAPeriod) {
  begin(slow_consumer_policy::latest);
  publish("third");
  walk();
  const topic::tally& count = shard().reader.count();
  now_ += period;
  patrol();
  EXPECT_EQ(count.dropped_superseded.value(), 1U);
  EXPECT_THAT(all_frames(), ElementsAre("text:first", "text:third"));
}

// Exactly at the limit.
TEST_F(SessionPatrolTest, WhoIsNotTooLateYetLosesNothing) {
  begin(slow_consumer_policy::drop_oldest);
  now_ += 10s;
  patrol();
  EXPECT_THAT(all_frames(), ElementsAre("text:first", "text:second"));
}

}  // namespace
}  // namespace broadcast_hub::session
