#include "support/allocation_count.hpp"
#include "support/raw_client.hpp"

#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace broadcast_hub::test {
namespace {

constexpr std::size_t clients = 20;
constexpr std::uint64_t publications = 2'000;
constexpr std::size_t frame_bytes = 66;

/// Reads so many bytes without allocating.
void read_all(ws_client& from, std::size_t bytes) {
  std::array<char, 4096> room;
  while (bytes > 0) {
    const std::size_t now = from.socket().read_some(room);
    ASSERT_LE(now, bytes);
    bytes -= now;
    if (now == 0)
      pause_between_looks();
  }
}

// All that a hub does, sockets and loop included: to wake the shard costs nothing, and the segments
// of the log are few.
TEST(HubAllocationsTest, PublicationsCostHardlyAnyHoweverManyGetThem) {
  hub hub;
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> all;
  for (std::size_t i = 0; i < clients; ++i)
    all.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == clients; }));
  const std::string payload(frame_bytes - 2, 'x');
  const auto publish = [&](std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_TRUE(hub.broadcast(payload));
      for (ws_client& each : all)
        read_all(each, frame_bytes);
    }
  };
  publish(publications / 10);
  const std::uint64_t before = allocation_count();
  publish(publications);
  EXPECT_LE(allocation_count() - before, publications / 20);
}

}  // namespace
}  // namespace broadcast_hub::test
