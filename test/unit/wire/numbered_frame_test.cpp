#include "wire/numbered_frame.hpp"

#include "wire/deflater.hpp"
#include "wire/frame_encoder.hpp"
#include "wire/inflater.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

constexpr std::uint64_t numbers[] = {
    0, 1, 9, 10, 999, 12'345, 1ULL << 53, std::numeric_limits<std::uint64_t>::max()};

std::string head(std::string_view start, std::uint64_t number, std::size_t rest, bool deflated) {
  std::string out(start.size() + 35, '\0');
  out.resize(write_numbered_head(out.data(), start, number, rest, deflated));
  return out;
}

TEST(NumberedFrameTest, IsAFrameOfItsText) {
  for (const std::uint64_t number : numbers) {
    for (const std::size_t size : {0U, 1U, 100U, 108U, 125U, 126U, 65'500U, 65'535U, 70'000U}) {
      const std::string rest(size, 'r');
      const std::string frame = head(R"({"t":"a","o":)", number, size, false) + rest;
      EXPECT_EQ(frame, make_frame(opcode::text, R"({"t":"a","o":)" + std::to_string(number) + rest))
          << number << " " << size;
    }
  }
}

TEST(NumberedFrameTest, TheDeflatedRestNeedsNoNumber) {
  deflater one(6);
  const std::string text = std::string(300, 'a') + "bcd" + std::string(300, 'a');
  const std::array<std::string_view, 3> pieces{std::string_view(text).substr(0, 10), "",
                                               std::string_view(text).substr(10)};
  const std::string rest(one.deflate(pieces));
  ASSERT_FALSE(rest.empty());
  ASSERT_LT(rest.size(), 100U);
  for (const std::uint64_t number : numbers) {
    for (const std::string& start : {std::string("s"), std::string(530, 's')}) {
      const std::string frame = head(start, number, rest.size(), true) + rest;
      ASSERT_EQ(frame_size(frame.data()), frame.size());
      EXPECT_EQ(static_cast<unsigned char>(frame[0]), 0xc1U);
      inflater other;
      const inflater::result read = other.inflate(payload_of(frame), 1'000'000);
      ASSERT_FALSE(read.fault);
      EXPECT_EQ(read.payload, start + std::to_string(number) + text);
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
