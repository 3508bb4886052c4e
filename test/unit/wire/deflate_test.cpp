#include "wire/deflater.hpp"
#include "wire/inflater.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t ample = std::size_t{1} << 30U;

/// Bytes of so many different values.
std::string random_bytes(std::mt19937& random, std::size_t size, unsigned values = 256) {
  std::string bytes(size, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random() % values);
  return bytes;
}

/// Something like what applications send.
std::string json(int rows) {
  std::string text = "[";
  for (int i = 0; i < rows; ++i)
    text += R"({"symbol":"ABC","price":)" + std::to_string(i * 37 % 1000) + R"(,"side":"buy"},)";
  return text + "{}]";
}

std::string inflated(std::string_view compressed, std::size_t limit = ample) {
  inflater one;
  const inflater::result result = one.inflate(compressed, limit);
  if (result.fault) {
    return "fault " + std::to_string(static_cast<int>(result.fault->code)) + " " +
           std::string(result.fault->rule);
  }
  return std::string(result.payload);
}

TEST(DeflaterTest, AFrameIsMarkedAsCompressedAndHoldsTheMessage) {
  deflater one(6);
  for (const opcode code : {opcode::text, opcode::binary}) {
    for (const int rows : {5, 50, 500, 5'000}) {
      const std::string text = json(rows);
      const std::string_view frame = one.make_frame(code, text);
      ASSERT_FALSE(frame.empty());
      EXPECT_EQ(static_cast<unsigned char>(frame[0]), 0xc0U | static_cast<unsigned>(code));
      EXPECT_EQ(frame.size(), frame_size(frame.data()));
      EXPECT_LT(frame.size(), text.size());
      EXPECT_EQ(inflated(payload_of(frame)), text);
    }
  }
}

TEST(DeflaterTest, WhatWouldNotBeSmallerIsLeftAlone) {
  deflater one(9);
  EXPECT_TRUE(one.make_frame(opcode::text, "").empty());
  EXPECT_TRUE(one.make_frame(opcode::text, "a").empty());
  EXPECT_TRUE(one.make_frame(opcode::text, "Hello").empty());
  std::mt19937 random(1);
  for (const std::size_t size : {100U, 1'000U, 70'000U, 1'000'000U}) {
    EXPECT_TRUE(one.make_frame(opcode::binary, random_bytes(random, size)).empty()) << size;
  }
}

TEST(DeflaterTest, NoMessageLeansOnAnother) {
  deflater one(6);
  const std::string text = json(20);
  const std::string first(one.make_frame(opcode::text, text));
  const std::string other(one.make_frame(opcode::text, json(70)));
  const std::string again(one.make_frame(opcode::text, text));
  EXPECT_EQ(first, again);
  EXPECT_EQ(inflated(payload_of(other)), json(70));
}

TEST(DeflaterTest, AMessageThatDoesNotCompressLeavesNothingBehind) {
  deflater one(6);
  std::mt19937 random(2);
  EXPECT_TRUE(one.make_frame(opcode::binary, random_bytes(random, 100'000)).empty());
  const std::string_view frame = one.make_frame(opcode::text, json(20));
  EXPECT_EQ(inflated(payload_of(frame)), json(20));
}

TEST(DeflaterTest, EveryLevelIsRead) {
  for (int level = 1; level <= 9; ++level) {
    deflater one(level);
    EXPECT_EQ(inflated(payload_of(one.make_frame(opcode::text, json(100)))), json(100)) << level;
  }
}

TEST(DeflaterTest, AnythingComesBackAsItWas) {
  std::mt19937 random(3);
  deflater one(1);
  inflater other;
  int compressed = 0;
  for (int i = 0; i < 2'000; ++i) {
    // Few different bytes compress, many do not.
    const std::string text = random_bytes(random, random() % 3'000, 1U + random() % 256U);
    const std::string_view frame = one.make_frame(opcode::binary, text);
    if (frame.empty())
      continue;
    ++compressed;
    const inflater::result result = other.inflate(payload_of(frame), ample);
    ASSERT_FALSE(result.fault);
    ASSERT_EQ(result.payload, text);
  }
  EXPECT_GT(compressed, 500);
}

// RFC 7692, section 7.2.3.
TEST(InflaterTest, TheExamplesOfTheRfcAreRead) {
  const std::string hello = "Hello";
  EXPECT_EQ(inflated("\xf2\x48\xcd\xc9\xc9\x07\x00"sv), hello);                          // 7.2.3.1
  EXPECT_EQ(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv), hello);          // 7.2.3.3
  EXPECT_EQ(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv), hello);                      // 7.2.3.4
  EXPECT_EQ(inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv), hello);  // 7.2.3.5
  EXPECT_EQ(inflated("\x00"sv), "");                                                     // 7.2.3.6
}

TEST(InflaterTest, AMessageThatEndsWithAFinalBlockIsWhole) {
  EXPECT_EQ(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00"sv), "Hello");
}

TEST(InflaterTest, NoMessageLeansOnAnother) {
  inflater one;
  EXPECT_FALSE(one.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"sv, ample).fault);
  // 7.2.3.2: "Hello" again, by reference to the message before. We agreed on no context.
  EXPECT_TRUE(one.inflate("\xf2\x00\x11\x00\x00"sv, ample).fault);
}

TEST(InflaterTest, ACutMessageIsCorrupt) {
  deflater one(6);
  const std::string text = json(10);
  const std::string whole(payload_of(one.make_frame(opcode::text, text)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(inflated(whole.substr(0, size)), "fault 1007 corrupt compressed message") << size;
  }
  EXPECT_EQ(inflated(whole), text);
}

TEST(InflaterTest, GarbageIsAFaultAndTheInflaterGoesOn) {
  std::mt19937 random(4);
  inflater one;
  int faults = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::string garbage = random_bytes(random, 1 + random() % 300);
    faults += one.inflate(garbage, 10'000).fault ? 1 : 0;
  }
  EXPECT_GT(faults, 1'900);
  EXPECT_EQ(one.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"sv, ample).payload, "Hello");
}

TEST(InflaterTest, TheLimitCountsBytesThatComeOut) {
  deflater one(9);
  const std::string zeros(100'000, '\0');
  const std::string bomb(payload_of(one.make_frame(opcode::binary, zeros)));
  EXPECT_LT(bomb.size(), 300U);
  EXPECT_EQ(inflated(bomb, 100'000), zeros);
  EXPECT_EQ(inflated(bomb, 99'999), "fault 1009 message larger than the limit");
  EXPECT_EQ(inflated(bomb, 1), "fault 1009 message larger than the limit");
  EXPECT_EQ(inflated(bomb, 4'096), "fault 1009 message larger than the limit");
}

TEST(InflaterTest, EverySizeAroundTheBuffersStepsFits) {
  deflater one(1);
  inflater other;
  for (const std::size_t around : {4'096U, 8'192U, 65'536U}) {
    for (std::size_t size = around - 2; size <= around + 2; ++size) {
      const std::string text(size, 'x');
      const std::string_view payload = payload_of(one.make_frame(opcode::text, text));
      EXPECT_EQ(other.inflate(payload, size).payload, text);
      EXPECT_TRUE(other.inflate(payload, size - 1).fault);
    }
  }
}

// A stream may end inside a message; what follows may still refer to what came before it: the
// second part is the "Hello" of 7.2.3.2, which leans on the first.
TEST(InflaterTest, BlocksBehindAFinalBlockMayReferToWhatCameBefore) {
  EXPECT_EQ(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x00\x11\x00\x00"sv), "HelloHello");
}

}  // namespace
}  // namespace broadcast_hub::wire
