#include "protocol/position.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::protocol {
namespace {

using namespace std::string_view_literals;

TEST(PositionTest, EpochsBecomeTextAndEpochsAgain) {
  const std::vector<std::pair<std::uint64_t, std::string_view>> epochs{
      {0, "0"},
      {9, "9"},
      {10, "a"},
      {35, "z"},
      {36, "10"},
      {945'326, "k9f2"},
      {std::numeric_limits<std::uint32_t>::max(), "1z141z3"},
      {std::uint64_t{1} << 63U, "1y2p0ij32e8e8"},
      {std::numeric_limits<std::uint64_t>::max(), "3w5e11264sgsf"},
  };
  for (const auto& [epoch, text] : epochs) {
    EXPECT_EQ(to_text(epoch), text);
    EXPECT_EQ(parse_epoch(text), epoch) << text;
  }
}

TEST(PositionTest, EveryPowerOfTwoComesBack) {
  for (std::uint64_t epoch = 1; epoch != 0; epoch <<= 1U) {
    EXPECT_EQ(parse_epoch(to_text(epoch)), epoch);
    EXPECT_EQ(parse_epoch(to_text(epoch - 1)), epoch - 1);
  }
}

TEST(PositionTest, OtherTextIsNoEpoch) {
  for (const std::string_view text : {""sv,
                                      " "sv,
                                      "-1"sv,
                                      "+1"sv,
                                      "00"sv,
                                      "01"sv,
                                      "0k"sv,
                                      "A"sv,
                                      "k9F2"sv,
                                      "k9 f2"sv,
                                      " 1"sv,
                                      "1 "sv,
                                      "1\n"sv,
                                      "1\0"sv,
                                      "\0"sv,
                                      "0x1"sv,
                                      "1.0"sv,
                                      "k_9"sv,
                                      "\xc3\xa9"sv,
                                      "3w5e11264sgsg"sv,   // 2^64
                                      "3w5e11264sgsf0"sv,  // more digits
                                      "zzzzzzzzzzzzz"sv,
                                      "10000000000000000000000000"sv}) {
    EXPECT_EQ(parse_epoch(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace broadcast_hub::protocol
