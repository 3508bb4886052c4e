#include "net/loop.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace broadcast_hub::net {
namespace {

TEST(LoopTest, KnowsWhetherItRunsHere) {
  loop one;
  EXPECT_FALSE(one.on_this_thread());
  one.post([&] {
    EXPECT_TRUE(one.on_this_thread());
    std::thread([&] { EXPECT_FALSE(one.on_this_thread()); }).join();
  });
  EXPECT_EQ(one.poll(), 1U);
  EXPECT_FALSE(one.on_this_thread());
}

// An application may poll one hub in a handler of another one.
TEST(LoopTest, KnowsItAlsoWithAnotherLoopInBetween) {
  loop outer;
  loop inner;
  inner.post([&] {
    EXPECT_TRUE(inner.on_this_thread());
    EXPECT_TRUE(outer.on_this_thread());
  });
  outer.post([&] {
    EXPECT_EQ(inner.poll(), 1U);
    EXPECT_FALSE(inner.on_this_thread());
    EXPECT_TRUE(outer.on_this_thread());
  });
  EXPECT_EQ(outer.poll(), 1U);
  EXPECT_FALSE(outer.on_this_thread());
}

}  // namespace
}  // namespace broadcast_hub::net
