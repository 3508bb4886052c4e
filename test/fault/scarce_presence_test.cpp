// Memory is short on the thread that tells who comes and goes: whoever watches hears of everybody,
// on all shards, or loses its connection, and so knows that it has to ask.

#include "integration/hub/protocol_client.hpp"
#include "support/allocation_count.hpp"

#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;

/// One that watches a topic; what comes is kept as bytes, frames or not.
class watcher {
 public:
  explicit watcher(std::uint16_t port) : client_(port) {
    client_.ask(R"({"id":1,"sub":{"room":{"presence":true}}})");
  }

  bool has_heard_of(const std::string& id) {
    std::array<char, 4096> some{};
    for (std::size_t size = 0; (size = socket().read_some(some)) > 0;)
      received_.append(some.data(), size);
    return received_.find(R"("cid":")" + id + '"') != std::string::npos;
  }

  bool has_ended() {
    char next = 0;
    const ssize_t size = ::recv(socket().descriptor(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return size == 0 || (size < 0 && errno == ECONNRESET);
  }

 private:
  raw_client& socket() { return client_.socket().socket(); }

  protocol_client client_;
  std::string received_;
};

class ScarcePresenceTest : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr unsigned shards = 4;

  ScarcePresenceTest() : hub_(options()), port_(hub_.listen(0)) {
    // What needs memory on that thread might never be done there, so it looks for its orders.
    hub_.every(1ms, [this] { obey(); });
    hub_.start();
    order({0, 0});
    refill();
  }
  ~ScarcePresenceTest() override { hub_.stop(0ms); }

  /// Two on each shard: the hub takes the shards in turn.
  void refill() {
    watchers_.remove_if([](watcher& each) { return each.has_ended(); });
    while (watchers_.size() < 2 * shards)
      watchers_.emplace_back(port_);
  }

  /// From now on memory is short on the first shard. Returns how many allocations have not failed
  /// that were to since the last order.
  unsigned order(scarce_memory next) {
    {
      const std::lock_guard lock(mutex_);
      next_ = next;
    }
    unsigned left = 0;
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock(mutex_);
      left = left_;
      return !next_.has_value();
    }));
    return left;
  }

  bool all_hear_of(const std::string& id) {
    return eventually(
        [&] {
          return std::all_of(watchers_.begin(), watchers_.end(), [&](watcher& each) {
            return each.has_heard_of(id) || each.has_ended();
          });
        },
        5s);
  }

  std::uint16_t port() const noexcept { return port_; }

 private:
  static hub_options options() {
    hub_options chosen;
    chosen.shards = shards;
    chosen.topics.defaults.presence.enabled = true;
    chosen.log.sink = [](const log_record&) {};
    return chosen;
  }

  void obey() {
    const std::lock_guard lock(mutex_);
    if (!next_)
      return;
    left_ = memory_.fails;
    memory_ = *next_;
    next_.reset();
    if (!scope_)
      scope_.emplace(memory_);
  }

  std::mutex mutex_;
  std::optional<scarce_memory> next_;
  unsigned left_ = 0;

  // Of that thread.
  scarce_memory memory_{0, 0};
  std::optional<with_scarce_memory> scope_;

  hub hub_;
  std::uint16_t port_;
  std::list<watcher> watchers_;
};

// Once the news were lost for the shards that they had not been posted to, or for all.
TEST_P(ScarcePresenceTest, NobodyMissesSilentlyWhoCame) {
  constexpr std::uint64_t more_than_one_telling_needs = 40;
  unsigned failed = 0;
  for (std::uint64_t after = 0; after < more_than_one_telling_needs; ++after) {
    SCOPED_TRACE("after " + std::to_string(after) + " allocations");
    protocol_client newcomer(port());
    newcomer.ask(R"({"id":1,"sub":{"room":{}}})");
    order({after, GetParam()});
    const bool all_know = all_hear_of(part_of(newcomer.hello(), R"("cid":")", '"'));
    failed += GetParam() - order({0, 0});
    ASSERT_TRUE(all_know);
    refill();
  }
  EXPECT_GE(failed, 10 * GetParam());
}

INSTANTIATE_TEST_SUITE_P(InARow, ScarcePresenceTest, testing::Values(1, 3));

}  // namespace
}  // namespace broadcast_hub::test
