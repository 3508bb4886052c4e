// Clients of bhub.v1 whose sockets are full: what they are sent when they read again.

#include "fixture.hpp"
#include "protocol_client.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A client whose socket takes little, and that reads only when it is asked to.
class full_client {
 public:
  explicit full_client(std::uint16_t port)
      : socket_(port, "/", "Sec-WebSocket-Protocol: bhub.v1\r\n", 4096) {
    socket_.read_text();  // hello
  }

  void send(const std::string& frame) { socket_.send_text(frame); }
  std::string read() { return socket_.read_text(); }
  std::string ask(const std::string& frame) {
    send(frame);
    return read();
  }

  /// The offset of the next publication, which must be of that topic.
  std::uint64_t next_offset(const std::string& topic) {
    const std::string frame = read();
    EXPECT_EQ(part_of(frame, R"({"t":")", '"'), topic) << frame.substr(0, 200);
    return std::stoull(part_of(frame, R"("o":)", ','));
  }

  /// Reads publications of a topic up to the answer with that id, which is returned.
  std::string read_answer(const std::string& id, std::vector<std::uint64_t>& offsets) {
    for (;;) {
      std::string frame = read();
      if (frame.find(R"("id":)" + id + ",") != std::string::npos)
        return frame;
      offsets.push_back(std::stoull(part_of(frame, R"("o":)", ',')));
    }
  }

 private:
  ws_client socket_;
};

class BehindTest : public hub_fixture {
 protected:
  static constexpr std::uint64_t many = 2000;

  BehindTest() {
    chosen_ = options();
    chosen_.topics.defaults.max_lag_bytes = std::size_t{64} * 1024 * 1024;
    listen_.sockets.send_buffer_bytes = 4096;
  }

  void begin() {
    hub_ = std::make_unique<hub>(chosen_);
    port_ = hub_->listen(listen_);
    hub_->start();
  }

  void publish_many(const std::string& topic) {
    const std::string payload = '"' + std::string(1000, 'x') + '"';
    for (std::uint64_t i = 0; i < many; ++i)
      ASSERT_TRUE(hub_->publish(topic, payload));
  }

  static std::string resume(const std::string& topic, const std::string& epoch,
                            std::uint64_t offset) {
    return R"({"id":7,"sub":{")" + topic + R"(":{"e":")" + epoch + R"(","o":)" +
           std::to_string(offset) + "}}}";
  }

  hub_options chosen_;
  listen_options listen_;
  std::unique_ptr<hub> hub_;
  std::uint16_t port_ = 0;
};

// It was told nothing of the policy, took the gap for a loss, asked for more, and was closed.
TEST_P(BehindTest, AClientOfADropOldestTopicIsToldSoAndGetsAllThatWasNotSkipped) {
  chosen_.topics.defaults.slow_consumers = slow_consumer_policy::drop_oldest;
  chosen_.topics.defaults.max_lag_bytes = 256 * 1024;
  chosen_.topics.defaults.history.max_publications = 100;
  begin();
  full_client slow(port_);
  EXPECT_THAT(slow.ask(R"({"id":1,"sub":{"log":{}}})"), HasSubstr(R"("n":0,"m":"drop_oldest"})"));
  publish_many("log");
  ASSERT_TRUE(eventually([&] { return hub_->stats().dropped_oldest > 0; }));
  publish_many("log");
  std::uint64_t got = 0;
  for (std::uint64_t last = 0; last < 2 * many; ++got) {
    const std::uint64_t next = slow.next_offset("log");
    ASSERT_GT(next, last);
    last = next;
  }
  ASSERT_TRUE(eventually([&] { return hub_->stats().pending == 0; }));
  EXPECT_EQ(hub_->stats().dropped_oldest, 2 * many - got);
  EXPECT_EQ(hub_->stats().slow_consumers, 0U);
  EXPECT_EQ(hub_->connection_count(), 1U);
}

// It stalls for longer than the policy allows, and nothing more is published.
TEST_P(BehindTest, TheNewestOfADropOldestTopicComesOnAQuietTopicToo) {
  chosen_.topics.defaults.slow_consumers = slow_consumer_policy::drop_oldest;
  chosen_.topics.defaults.max_lag = 300ms;
  begin();
  full_client slow(port_);
  slow.ask(R"({"id":1,"sub":{"log":{}}})");
  publish_many("log");
  // The one that is partly sent and the newest.
  ASSERT_TRUE(
      eventually([&] { return hub_->stats().dropped_oldest > 0 && hub_->stats().pending <= 2; }));
  std::uint64_t last = 0;
  while (last < many)
    last = slow.next_offset("log");
}

// The client knows from elsewhere what is on its way to it: for the name these are duplicates, for
// the pattern they are new.
TEST_P(BehindTest, WhatIsOnItsWayByAPatternComesAlsoWhenTheNameIsAheadOfIt) {
  chosen_.topics.defaults.history.max_publications = 100;
  begin();
  full_client behind(port_);
  behind.ask(R"({"id":1,"sub":{"a.*":{}}})");
  publish_many("a.0");
  ASSERT_TRUE(eventually([&] { return hub_->stats().pending > many / 2; }));
  // What the history keeps, and long before it: nothing is asked of it in any case.
  for (const std::uint64_t seen : {many, many - 500}) {
    protocol_client other(port_);
    const std::string epoch = epoch_of(other.ask(R"({"id":1,"sub":{"a.0":{}}})"));
    behind.send(resume("a.0", epoch, seen));
  }
  ASSERT_TRUE(eventually([&] { return hub_->stats().recovered == 2; }));
  EXPECT_EQ(hub_->stats().not_recovered, 0U);
  EXPECT_EQ(hub_->stats().replayed, 0U);
  std::vector<std::uint64_t> offsets;
  EXPECT_THAT(behind.read_answer("7", offsets), HasSubstr(R"("o":2000,"rec":true,"n":0})"));
  EXPECT_THAT(behind.read_answer("7", offsets), HasSubstr(R"("o":1500,"rec":true,"n":0})"));
  EXPECT_LT(offsets.size(), many / 2);
  while (offsets.size() < many)
    offsets.push_back(behind.next_offset("a.0"));
  for (std::uint64_t i = 0; i < many; ++i)
    ASSERT_EQ(offsets[i], i + 1);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(BehindTest);

}  // namespace
}  // namespace broadcast_hub::test
