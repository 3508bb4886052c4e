#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace broadcast_hub::wire {
namespace {

TEST(FrameEncoderTest, HeadersHaveTheSizeOfTheirLengthForm) {
  EXPECT_EQ(header_size(0), 2U);
  EXPECT_EQ(header_size(125), 2U);
  EXPECT_EQ(header_size(126), 4U);
  EXPECT_EQ(header_size(0xffff), 4U);
  EXPECT_EQ(header_size(0x10000), 10U);
  EXPECT_EQ(header_size(std::size_t{1} << 40U), 10U);
}

TEST(FrameEncoderTest, AHeaderIsWrittenInItsSizeAndNotBeyond) {
  for (const std::size_t size : {0U, 125U, 126U, 65535U, 65536U}) {
    std::array<char, 12> room{};
    room.fill('#');
    const std::size_t written = write_header(room.data(), wire::opcode::text, size);
    EXPECT_EQ(written, header_size(size));
    for (std::size_t at = written; at < room.size(); ++at) {
      EXPECT_EQ(room[at], '#') << size;
    }
  }
}

TEST(FrameEncoderTest, AFrameIsItsHeaderAndPayload) {
  EXPECT_EQ(make_frame(wire::opcode::text, "hi"), "\x81\x02hi");
  EXPECT_EQ(make_frame(wire::opcode::binary, ""), std::string("\x82\x00", 2));
  EXPECT_EQ(make_frame(wire::opcode::pong, "p"), "\x8a\x01p");
}

TEST(FrameEncoderTest, TheSizeOfAFrameIsReadBack) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 100'000U}) {
    const std::string frame = make_frame(wire::opcode::binary, std::string(size, 'x'));
    EXPECT_EQ(frame_size(frame.data()), frame.size());
  }
}

TEST(FrameEncoderTest, TheSizeOfAFrameIsReadFromItsHeaderAlone) {
  std::array<char, 10> header{};
  write_header(header.data(), wire::opcode::binary, 5'000'000'000U);
  EXPECT_EQ(frame_size(header.data()), 5'000'000'010U);
}

TEST(FrameEncoderTest, ThePayloadOfAFrameIsReadBack) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 100'000U}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(payload_of(make_frame(wire::opcode::binary, payload)), payload) << size;
  }
}

TEST(FrameEncoderTest, KindsOfMessageHaveTheirOpcodes) {
  EXPECT_EQ(opcode_of(message_kind::text), wire::opcode::text);
  EXPECT_EQ(opcode_of(message_kind::binary), wire::opcode::binary);
}

TEST(FrameEncoderTest, ACloseFrameHasCodeAndReason) {
  EXPECT_EQ(make_close_frame(close_code::going_away, "bye"),
            "\x88\x05\x03\xe9"
            "bye");
}

TEST(FrameEncoderTest, ACloseFrameWithoutACodeIsEmpty) {
  EXPECT_EQ(make_close_frame(close_code::no_status, ""), std::string("\x88\x00", 2));
  EXPECT_EQ(make_close_frame(close_code::no_status, "never sent"), std::string("\x88\x00", 2));
}

TEST(FrameEncoderTest, LongReasonsAreCutAtTheEndOfACodePoint) {
  const std::string longest(123, 'r');
  EXPECT_EQ(make_close_frame(close_code::normal, longest).substr(4), longest);
  EXPECT_EQ(make_close_frame(close_code::normal, longest + "s").substr(4), longest);
  EXPECT_EQ(make_close_frame(close_code::normal, std::string(122, 'r') + "\xc3\xbc").substr(4),
            std::string(122, 'r'));
}

struct code_range {
  unsigned first;
  unsigned last;
  bool allowed;
};

TEST(FrameEncoderTest, CodesThatMayBeSent) {
  const code_range ranges[] = {
      {0, 999, false},     {1000, 1003, true}, {1004, 1006, false},  {1007, 1014, true},
      {1015, 2999, false}, {3000, 4999, true}, {5000, 65535, false},
  };
  for (const code_range& range : ranges) {
    for (unsigned code = range.first; code <= range.last; ++code) {
      ASSERT_EQ(may_send(static_cast<close_code>(code)), range.allowed) << code;
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
