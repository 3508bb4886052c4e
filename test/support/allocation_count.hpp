#pragma once

#include <cstdint>
#include <new>

namespace broadcast_hub::test {

/// Calls of operator new, in all forms, and of `aligned_alloc`, by all threads since the program
/// began. Counts them in a program that has allocation_count.cpp and is linked with
/// --wrap=aligned_alloc.
std::uint64_t allocation_count() noexcept;

/// Memory that is short for a moment: after `left` further allocations, `fails` in a row fail.
struct scarce_memory {
  std::uint64_t left = 0;
  unsigned fails = 1;
};

/// For the length of a block, the allocations of this thread that are counted are those of scarce
/// memory.
class with_scarce_memory {
 public:
  explicit with_scarce_memory(scarce_memory& memory) noexcept;
  ~with_scarce_memory();
  with_scarce_memory(const with_scarce_memory&) = delete;
  with_scarce_memory& operator=(const with_scarce_memory&) = delete;
};

/// What the application does may be told that there is none.
template <typename Work>
void run_with_scarce_memory(scarce_memory& memory, Work work) {
  const with_scarce_memory scope(memory);
  try {
    work();
  } catch (const std::bad_alloc&) {  // told to the application, as it should be
  }
}

}  // namespace broadcast_hub::test
