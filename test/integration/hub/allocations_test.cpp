#include "support/allocation_count.hpp"
#include "support/raw_client.hpp"
#include "wire/deflater.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::test {
namespace {

constexpr std::size_t clients = 20;

/// Who of the clients gets publications compressed.
enum class compressed : std::uint8_t { nobody, half, everybody };

struct expense {
  const char* name;
  std::size_t payload_bytes;
  compressed who;
  std::uint64_t publications;
  double for_each;  ///< allocations that a publication may cost
};

void PrintTo(const expense& one, std::ostream* to) {
  *to << one.name;
}

/// Words of which a dictionary is not made: they shrink by about a quarter only.
std::string payload_of(std::size_t bytes) {
  std::mt19937 random(1);
  std::string text(bytes, ' ');
  for (char& each : text)
    each = static_cast<char>('0' + random() % 64);
  return text;
}

/// A client, and how long each publication's frame is for it.
struct reading_client {
  ws_client socket;
  std::size_t frame_bytes;

  /// Reads one frame without allocating.
  void read_one() {
    std::array<char, std::size_t{64} * 1024> room;
    for (std::size_t left = frame_bytes; left > 0;) {
      const std::size_t now = socket.socket().read_some(room);
      ASSERT_LE(now, left);
      left -= now;
      if (now == 0)
        pause_between_looks();
    }
  }
};

class HubAllocationsTest : public testing::TestWithParam<expense> {
 protected:
  void connect(std::uint16_t port) {
    const std::string_view payload = payload_;
    const std::size_t plain = wire::make_frame(wire::opcode::text, payload).size();
    wire::deflater deflater(compression_options().level);
    const std::size_t deflated = deflater.make_frame(wire::opcode::text, payload).size();
    for (std::size_t i = 0; i < clients; ++i) {
      const bool wants = GetParam().who == compressed::everybody ||
                         (GetParam().who == compressed::half && i % 2 == 0);
      clients_.push_back(
          {ws_client(port, "/", wants ? deflate_offer : ""), wants ? deflated : plain});
    }
  }

  void publish(hub& to, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_TRUE(to.broadcast(payload_));
      for (reading_client& each : clients_)
        ASSERT_NO_FATAL_FAILURE(each.read_one());
    }
  }

  const std::string payload_ = payload_of(GetParam().payload_bytes);
  std::vector<reading_client> clients_;
};

// All that a hub does, sockets and loop included: to wake the shard costs nothing, and neither does
// a delivery. A publication costs its share of a segment of the log, for each encoding, and a large
// one the room to compress it in, which is not kept. Besides, whoever falls behind for the first
// time may take memory for that.
TEST_P(HubAllocationsTest, PublicationsCostHardlyAnyHoweverManyGetThem) {
  hub hub;
  listen_options door;
  door.permessage_deflate = true;
  const auto port = hub.listen(door);
  hub.start();
  connect(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == clients; }));
  publish(hub, GetParam().publications / 10);
  const std::uint64_t before = allocation_count();
  publish(hub, GetParam().publications);
  const std::uint64_t cost = allocation_count() - before;
  const auto allowed = GetParam().for_each * static_cast<double>(GetParam().publications);
  EXPECT_LE(static_cast<double>(cost), allowed + clients);
  EXPECT_EQ(hub.stats().compressions > 0, GetParam().who != compressed::nobody);
}

constexpr std::size_t small = 64;
constexpr std::size_t large = std::size_t{16} * 1024;  // several fit into the largest segment
constexpr std::size_t larger = 100'000;                // none does

INSTANTIATE_TEST_SUITE_P(
    Sizes, HubAllocationsTest,
    testing::Values(expense{"Small", small, compressed::nobody, 2'000, 0.05},
                    expense{"Large", large, compressed::nobody, 200, 1},
                    expense{"Larger", larger, compressed::nobody, 60, 1},
                    expense{"LargeCompressed", large, compressed::everybody, 200, 1},
                    expense{"LargerCompressed", larger, compressed::everybody, 60, 2},
                    expense{"LargeInBothEncodings", large, compressed::half, 200, 2},
                    expense{"LargerInBothEncodings", larger, compressed::half, 60, 3}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace broadcast_hub::test
