#include "net/spare_memory.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace broadcast_hub::net {
namespace {

TEST(SpareMemoryTest, IsUsedByOneAtATime) {
  spare_memory spare;
  void* const first = spare.take(100);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(spare.take(1), nullptr);
  EXPECT_TRUE(spare.give_back(first));
  EXPECT_EQ(spare.take(100), first);
}

TEST(SpareMemoryTest, IsOfNoUseForWhatIsLarge) {
  spare_memory spare;
  EXPECT_EQ(spare.take(10'000), nullptr);
  EXPECT_NE(spare.take(1), nullptr);
}

TEST(SpareMemoryTest, TheAllocatorGoesToTheHeapWhileItIsInUse) {
  spare_memory spare;
  spare_allocator<int> ints(spare);
  const spare_allocator<double> others(ints);
  EXPECT_EQ(others, ints);
  int* const here = ints.allocate(2);
  int* const there = ints.allocate(2);
  EXPECT_TRUE(spare.give_back(here));
  EXPECT_FALSE(spare.give_back(there));
  EXPECT_EQ(ints.allocate(2), here);
  ints.deallocate(there, 2);
  ints.deallocate(here, 2);
  EXPECT_NE(spare.take(1), nullptr);
}

}  // namespace
}  // namespace broadcast_hub::net
