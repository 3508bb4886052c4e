#include "hub/deflater_pool.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub {
namespace {

TEST(DeflaterPoolTest, ADeflaterIsTakenWhenItIsUsedAndComesBack) {
  deflater_pool pool(6);
  { deflater_pool::loan unused(pool); }
  EXPECT_EQ(pool.free(), 0U);
  for (int i = 0; i < 3; ++i) {
    deflater_pool::loan one(pool);
    EXPECT_FALSE(one->make_frame(wire::opcode::text, std::string(1000, 'x')).empty());
    EXPECT_EQ(pool.free(), 0U);
  }
  EXPECT_EQ(pool.free(), 1U);
}

TEST(DeflaterPoolTest, OnlySoManyAreKept) {
  deflater_pool pool(6);
  {
    std::vector<std::unique_ptr<deflater_pool::loan>> all;
    for (std::size_t i = 0; i < deflater_pool::kept + 5; ++i) {
      all.push_back(std::make_unique<deflater_pool::loan>(pool));
      EXPECT_FALSE((*all.back())->make_frame(wire::opcode::text, std::string(1000, 'x')).empty());
    }
  }
  EXPECT_EQ(pool.free(), deflater_pool::kept);
}

}  // namespace
}  // namespace broadcast_hub
