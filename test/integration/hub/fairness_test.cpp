// A fan-out to many leaves others their turn.

#include "fixture.hpp"

#include <sys/resource.h>

#include <atomic>
#include <functional>
#include <vector>

namespace broadcast_hub::test {
namespace {

class FairnessTest : public testing::Test {
 protected:
  static constexpr std::size_t slice = 512;
  static constexpr std::size_t many = 3 * slice;

  FairnessTest() {
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
    hub_.on_message([this](const connection&, const message&) { seen_at_ = sent(); });
    const auto port = hub_.listen(0);
    hub_.start();
    for (std::size_t i = 0; i < many; ++i)
      clients_.emplace_back(port);
  }
  ~FairnessTest() override { hub_.stop(std::chrono::milliseconds(0)); }

  std::uint64_t sent() const { return hub_.stats().send_calls; }

  /// Somebody who gets his copy, in the first slice, writes at once. Returns whether that was taken
  /// up when the next slice had got theirs, at the latest.
  bool is_interrupted(const std::function<void()>& fan_out) {
    seen_at_ = 0;
    const std::uint64_t before = sent();
    fan_out();
    clients_[0].read_frame();
    clients_[0].send_text("hi");
    EXPECT_TRUE(eventually([&] { return seen_at_ > 0; }));
    for (std::size_t i = 1; i < many; ++i)
      clients_[i].read_frame();
    EXPECT_TRUE(eventually([&] { return sent() == before + many; }));
    return seen_at_ <= before + 2 * slice;
  }

  hub hub_;
  std::vector<ws_client> clients_;
  std::atomic<std::uint64_t> seen_at_{0};
};

// A machine with much else to do may let the client wait too long; then it tries again.
TEST_F(FairnessTest, MessagesAreTakenUpBetweenTheSlicesOfAPublication) {
  ASSERT_TRUE(eventually([&] { return sent() == many; }));
  EXPECT_TRUE(eventually([&] { return is_interrupted([&] { hub_.broadcast("x"); }); }));
}

TEST_F(FairnessTest, MessagesAreTakenUpBetweenTheSlicesOfADirectBroadcast) {
  ASSERT_TRUE(eventually([&] { return sent() == many; }));
  EXPECT_TRUE(eventually([&] {
    return is_interrupted([&] { hub_.broadcast_if([](const connection&) { return true; }, "x"); });
  }));
}

}  // namespace
}  // namespace broadcast_hub::test
