#include "support/client_frame.hpp"
#include "support/decoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// RFC 6455, sections 5.1 to 5.3, 5.6, 5.7, 6.2 and 10.4: the base framing of what a client sends.

namespace broadcast_hub::test {
namespace {

using testing::ElementsAre;

std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(i * 7 % 251);
  }
  return bytes;
}

TEST(Rfc6455Section5Test, S51UnmaskedFramesFailWith1002) {
  for (const unsigned code :
       {opcode::text, opcode::binary, opcode::close, opcode::ping, opcode::pong}) {
    EXPECT_THAT(decode_every_way(client_frame(code, "", {.masked = false})),
                ElementsAre(fault_event(1002)))
        << "opcode " << code;
    EXPECT_THAT(decode_every_way(client_frame(code, "hello", {.masked = false})),
                ElementsAre(fault_event(1002)))
        << "opcode " << code;
  }
}

TEST(Rfc6455Section5Test, S51UnmaskedContinuationFailsWith1002) {
  const std::string bytes = client_fragment(opcode::text, "a") +
                            client_frame(opcode::continuation, "b", {.masked = false});
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1002)));
}

TEST(Rfc6455Section5Test, S52EachReservedBitFailsWith1002) {
  for (unsigned rsv = 1; rsv <= 7; ++rsv) {
    for (const unsigned code :
         {opcode::text, opcode::binary, opcode::close, opcode::ping, opcode::pong}) {
      EXPECT_THAT(decode_every_way(client_frame(code, "", {.rsv = rsv})),
                  ElementsAre(fault_event(1002)))
          << "opcode " << code << ", bits " << rsv;
    }
  }
}

TEST(Rfc6455Section5Test, S52ReservedBitsOnAContinuationFailWith1002) {
  for (unsigned rsv = 1; rsv <= 7; ++rsv) {
    const std::string bytes =
        client_fragment(opcode::text, "a") + client_frame(opcode::continuation, "b", {.rsv = rsv});
    EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1002))) << "bits " << rsv;
  }
}

TEST(Rfc6455Section5Test, S52ReservedOpcodesFailWith1002) {
  for (const unsigned code : {0x3U, 0x4U, 0x5U, 0x6U, 0x7U, 0xbU, 0xcU, 0xdU, 0xeU, 0xfU}) {
    EXPECT_THAT(decode_every_way(client_frame(code, "")), ElementsAre(fault_event(1002))) << code;
    EXPECT_THAT(decode_every_way(client_fragment(code, "x")), ElementsAre(fault_event(1002)))
        << code;
  }
}

TEST(Rfc6455Section5Test, S52ReservedOpcodeBetweenFragmentsFailsWith1002) {
  const std::string bytes = client_fragment(opcode::text, "a") + client_frame(0x3, "b");
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1002)));
}

TEST(Rfc6455Section5Test, S52EveryLengthFormIsReadAtItsBounds) {
  for (const std::size_t size : {0U, 1U, 2U, 124U, 125U, 126U, 127U, 128U, 255U, 256U, 1000U,
                                 65534U, 65535U, 65536U, 65537U}) {
    const std::string payload = bytes_of(size);
    EXPECT_THAT(decode_every_way(client_frame(opcode::binary, payload), 100'000),
                ElementsAre(binary_event(payload)))
        << size;
  }
}

TEST(Rfc6455Section5Test, S52LengthsNotInTheirShortestFormFailWith1002) {
  for (const std::size_t size : {0U, 1U, 125U}) {
    EXPECT_THAT(decode_every_way(client_frame(opcode::binary, bytes_of(size),
                                              {.length = length_form::sixteen_bits})),
                ElementsAre(fault_event(1002)))
        << size;
  }
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U}) {
    EXPECT_THAT(decode_every_way(client_frame(opcode::binary, bytes_of(size),
                                              {.length = length_form::sixty_four_bits})),
                ElementsAre(fault_event(1002)))
        << size;
  }
}

TEST(Rfc6455Section5Test, S52LengthNotInItsShortestFormOnAContinuationFailsWith1002) {
  const std::string bytes =
      client_fragment(opcode::text, "a") +
      client_frame(opcode::continuation, "b", {.length = length_form::sixteen_bits});
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1002)));
}

TEST(Rfc6455Section5Test, S52LengthWithTheTopBitSetIsRefused) {
  for (const std::uint64_t size :
       {std::uint64_t{1} << 63U, std::numeric_limits<std::uint64_t>::max()}) {
    const std::string header = client_frame_header(opcode::binary, size);
    EXPECT_THAT(decode_every_way(header), ElementsAre(fault_event(1009)));
    EXPECT_THAT(decode_every_way(header, std::numeric_limits<std::size_t>::max()),
                ElementsAre(fault_event(1009)));
  }
}

TEST(Rfc6455Section5Test, S53EveryMaskIsUndone) {
  const std::string payload = bytes_of(37);
  const std::vector<std::array<unsigned char, 4>> masks = {
      {0, 0, 0, 0},    {255, 255, 255, 255}, {1, 2, 3, 4},
      {0x80, 0, 0, 0}, {0, 0, 0, 0x80},      {0xde, 0xad, 0xbe, 0xef}};
  for (const auto& mask : masks) {
    EXPECT_THAT(decode_every_way(client_frame(opcode::binary, payload, {.mask = mask})),
                ElementsAre(binary_event(payload)));
  }
}

TEST(Rfc6455Section5Test, S53EachFrameHasItsOwnMask) {
  std::string bytes;
  for (unsigned char i = 0; i < 20; ++i) {
    const frame_options options{.fin = i == 19,
                                .mask = {i, static_cast<unsigned char>(i * 3), 0x55, 0xaa}};
    bytes += client_frame(i == 0 ? opcode::binary : opcode::continuation, "abcdefg", options);
  }
  std::string whole;
  for (int i = 0; i < 20; ++i) {
    whole += "abcdefg";
  }
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(binary_event(whole)));
}

TEST(Rfc6455Section5Test, S53MasksSurviveEveryPositionOfASplit) {
  const std::string payload = bytes_of(19);
  const std::string bytes = client_frame(opcode::binary, payload);
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    wire::frame_decoder decoder(default_limit);
    auto found = decode(decoder, bytes.substr(0, at), all_at_once);
    const auto rest = decode(decoder, bytes.substr(at), all_at_once);
    found.insert(found.end(), rest.begin(), rest.end());
    EXPECT_THAT(found, ElementsAre(binary_event(payload))) << "split at " << at;
  }
}

TEST(Rfc6455Section5Test, S56TextAndBinaryAreToldApart) {
  const std::string bytes = client_frame(opcode::text, "t") + client_frame(opcode::binary, "b") +
                            client_frame(opcode::text, "") + client_frame(opcode::binary, "");
  EXPECT_THAT(decode_every_way(bytes),
              ElementsAre(text_event("t"), binary_event("b"), text_event(""), binary_event("")));
}

TEST(Rfc6455Section5Test, S56BinaryMayHoldAnyBytes) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) {
    every_byte.push_back(static_cast<char>(i));
  }
  EXPECT_THAT(decode_every_way(client_frame(opcode::binary, every_byte)),
              ElementsAre(binary_event(every_byte)));
}

TEST(Rfc6455Section5Test, S57ExamplesOfAClient) {
  const std::string masked_hello = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  EXPECT_THAT(decode_every_way(masked_hello), ElementsAre(text_event("Hello")));
  const std::string masked_pong = "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  EXPECT_THAT(decode_every_way(masked_pong), ElementsAre(pong_event("Hello")));
}

TEST(Rfc6455Section6Test, S62MessagesArriveInTheOrderSent) {
  std::string bytes;
  std::vector<decoded> expected;
  for (int i = 0; i < 300; ++i) {
    const std::string payload = "message " + std::to_string(i);
    bytes += client_frame(opcode::text, payload);
    expected.push_back(text_event(payload));
  }
  EXPECT_EQ(decode_every_way(bytes), expected);
}

TEST(Rfc6455Section10Test, S104MessagesUpToTheLimitPassAndLargerOnesFailWith1009) {
  constexpr std::size_t limit = 1000;
  EXPECT_THAT(decode_every_way(client_frame(opcode::binary, bytes_of(limit)), limit),
              ElementsAre(binary_event(bytes_of(limit))));
  EXPECT_THAT(decode_every_way(client_frame(opcode::binary, bytes_of(limit + 1)), limit),
              ElementsAre(fault_event(1009)));
}

TEST(Rfc6455Section10Test, S104AnAnnouncedLengthOverTheLimitFailsBeforeItsPayload) {
  for (const std::uint64_t size :
       {std::uint64_t{65537}, std::uint64_t{1} << 32U, std::uint64_t{1} << 62U}) {
    EXPECT_THAT(decode_every_way(client_frame_header(opcode::binary, size)),
                ElementsAre(fault_event(1009)))
        << size;
  }
}

TEST(Rfc6455Section10Test, S104TextOf16MebibytesPassesWithARaisedLimit) {
  constexpr std::size_t size = 16 * 1024 * 1024;
  const std::string payload(size, 'x');
  const auto found = decode_every_way(client_frame(opcode::text, payload), size);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found.front() == text_event(payload));
}

}  // namespace
}  // namespace broadcast_hub::test
