#include "net/alarm.hpp"

#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

namespace broadcast_hub::net {
namespace {

using namespace std::chrono_literals;

void run_for_a_while(loop& on) {
  const auto end = clock::now() + 300ms;
  while (clock::now() < end) {
    on.poll();
    std::this_thread::sleep_for(5ms);
  }
}

TEST(AlarmTest, RingsOnceWhenItsMomentHasCome) {
  loop on;
  int rings = 0;
  alarm one(on, [&] { ++rings; });
  one.set(clock::now() + 20ms);
  on.poll();
  EXPECT_EQ(rings, 0);
  run_for_a_while(on);
  EXPECT_EQ(rings, 1);
}

TEST(AlarmTest, DoesNotRingWhenItIsTakenBack) {
  loop on;
  int rings = 0;
  alarm one(on, [&] { ++rings; });
  one.set(clock::now());
  on.poll();
  one.set(clock::now() + 20ms);
  one.set(std::nullopt);
  rings = 0;
  run_for_a_while(on);
  EXPECT_EQ(rings, 0);
}

// Behind a pause the alarm and what a peer sent meanwhile are ready together, or a moment apart.
TEST(AlarmTest, RingsBehindWhatHasArrived) {
  using socket = asio::local::stream_protocol::socket;
  loop on;
  socket first(on.context());
  socket second(on.context());
  socket first_peer(on.context());
  socket second_peer(on.context());
  asio::local::connect_pair(first, first_peer);
  asio::local::connect_pair(second, second_peer);
  std::string order;
  alarm one(on, [&] { order += 'a'; });
  first.async_wait(socket::wait_read, [&](const auto&) {
    order += '1';
    // The loop has looked for what is ready, and the alarm is among it.
    second_peer.send(asio::buffer("x", 1));
  });
  second.async_wait(socket::wait_read, [&](const auto&) { order += '2'; });
  on.poll();
  one.set(clock::now() + 20ms);
  on.poll();
  first_peer.send(asio::buffer("x", 1));
  std::this_thread::sleep_for(50ms);
  on.poll();
  run_for_a_while(on);
  EXPECT_EQ(order, "12a");
}

}  // namespace
}  // namespace broadcast_hub::net
