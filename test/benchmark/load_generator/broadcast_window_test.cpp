#include "load_generator/broadcast_window.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace broadcast_hub::benchmark {
namespace {

constexpr std::size_t bytes_each = 64;

TEST(BroadcastWindowTest, KnowsOnlyWhatItWasTold) {
  broadcast_window window(2, payload_kind::json, bytes_each);
  window.add();
  window.add();
  EXPECT_FALSE(window.is_known_encoding(0, ""));
  window.remember_encoding(0, "short");
  EXPECT_TRUE(window.is_known_encoding(0, "short"));
  EXPECT_FALSE(window.is_known_encoding(0, "shor"));
  EXPECT_FALSE(window.is_known_encoding(0, "other"));
  EXPECT_FALSE(window.is_known_encoding(1, "short"));
}

TEST(BroadcastWindowTest, KeepsOneEncodingAndNoLongerThanTheBroadcast) {
  broadcast_window window(2, payload_kind::json, bytes_each);
  window.add();
  window.remember_encoding(0, "first");
  window.remember_encoding(0, "second");
  EXPECT_FALSE(window.is_known_encoding(0, "first"));
  EXPECT_TRUE(window.is_known_encoding(0, "second"));

  window.delivered(0);
  EXPECT_TRUE(window.holds(0));
  window.delivered(0);
  EXPECT_FALSE(window.holds(0));
  EXPECT_EQ(window.in_flight(), 0U);
  window.add();
  EXPECT_FALSE(window.is_known_encoding(1, "second"));
}

}  // namespace
}  // namespace broadcast_hub::benchmark
