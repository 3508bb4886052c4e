#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

// RFC 6455, sections 5 to 7, for what a server sends. The headers are read here by hand, so that
// encoder and decoder cannot be wrong in the same way.

namespace broadcast_hub::wire {
namespace {

unsigned byte(const std::string& frame, std::size_t at) {
  return static_cast<unsigned char>(frame.at(at));
}

TEST(Rfc6455Section5Test, S51AServerNeverMasks) {
  for (const std::size_t size : {0U, 125U, 126U, 65535U, 65536U}) {
    const std::string frame = make_frame(opcode::binary, std::string(size, 'x'));
    EXPECT_EQ(byte(frame, 1) & 0x80U, 0U) << size;
  }
}

TEST(Rfc6455Section5Test, S52FramesAreFinalWithoutReservedBits) {
  for (const opcode code :
       {opcode::text, opcode::binary, opcode::close, opcode::ping, opcode::pong}) {
    const std::string frame = make_frame(code, "");
    EXPECT_EQ(byte(frame, 0), 0x80U | static_cast<unsigned>(code));
    EXPECT_EQ(frame.size(), 2U);
  }
}

TEST(Rfc6455Section5Test, S52SevenBitLengths) {
  for (std::size_t size = 0; size <= 125; ++size) {
    const std::string frame = make_frame(opcode::text, std::string(size, 'x'));
    EXPECT_EQ(byte(frame, 1), size);
    EXPECT_EQ(frame.substr(2), std::string(size, 'x'));
  }
}

TEST(Rfc6455Section5Test, S52SixteenBitLengths) {
  for (const std::size_t size : {126U, 127U, 128U, 255U, 256U, 1000U, 65534U, 65535U}) {
    const std::string frame = make_frame(opcode::text, std::string(size, 'x'));
    EXPECT_EQ(byte(frame, 1), 126U) << size;
    EXPECT_EQ(byte(frame, 2) << 8U | byte(frame, 3), size);
    EXPECT_EQ(frame.substr(4), std::string(size, 'x')) << size;
  }
}

TEST(Rfc6455Section5Test, S52SixtyFourBitLengths) {
  for (const std::size_t size : {65536U, 65537U, 1U << 24U}) {
    const std::string frame = make_frame(opcode::binary, std::string(size, 'x'));
    EXPECT_EQ(byte(frame, 1), 127U) << size;
    std::size_t length = 0;
    for (std::size_t at = 2; at < 10; ++at) {
      length = length << 8U | byte(frame, at);
    }
    EXPECT_EQ(length, size);
    EXPECT_EQ(frame.size(), size + 10);
  }
}

TEST(Rfc6455Section5Test, S57ExamplesOfAServer) {
  EXPECT_EQ(make_frame(opcode::text, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(make_frame(opcode::ping, "Hello"), "\x89\x05Hello");
  EXPECT_EQ(make_frame(opcode::binary, std::string(256, 'x')).substr(0, 4),
            std::string("\x82\x7e\x01\x00", 4));
  EXPECT_EQ(make_frame(opcode::binary, std::string(65536, 'x')).substr(0, 10),
            std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST(Rfc6455Section5Test, S551CloseFramesCarryTheCodeInNetworkOrder) {
  EXPECT_EQ(make_close_frame(close_code::normal, ""), std::string("\x88\x02\x03\xe8", 4));
  EXPECT_EQ(make_close_frame(close_code::slow_consumer, "slow"), "\x88\x06\x0f\xa8slow");
}

TEST(Rfc6455Section5Test, S551CloseFramesStayWithin125BytesAndUtf8) {
  std::string reason(122, 'r');
  reason += "\xe2\x82\xac";
  const std::string frame = make_close_frame(close_code::normal, reason);
  EXPECT_EQ(byte(frame, 1), 124U);
  EXPECT_TRUE(is_valid_utf8(std::string_view(frame).substr(4)));
}

}  // namespace
}  // namespace broadcast_hub::wire
