#include "support/client_frame.hpp"
#include "support/decoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

// RFC 6455, section 5.5: control frames.

namespace broadcast_hub::test {
namespace {

using testing::ElementsAre;

constexpr std::size_t longest = 125;

TEST(Rfc6455Section5Test, S55ControlFramesOf125BytesAreLegal) {
  const std::string payload(longest, 'c');
  EXPECT_THAT(decode_every_way(client_frame(opcode::ping, payload)),
              ElementsAre(ping_event(payload)));
  EXPECT_THAT(decode_every_way(client_frame(opcode::pong, payload)),
              ElementsAre(pong_event(payload)));
  const std::string reason(longest - 2, 'r');
  EXPECT_THAT(decode_every_way(client_close_frame(1000, reason)),
              ElementsAre(close_event_of(1000, reason)));
}

TEST(Rfc6455Section5Test, S55LongerControlFramesFailWith1002) {
  for (const unsigned code : {opcode::close, opcode::ping, opcode::pong}) {
    for (const std::uint64_t size : {std::uint64_t{126}, std::uint64_t{65536}}) {
      EXPECT_THAT(decode_every_way(client_frame_header(code, size)), ElementsAre(fault_event(1002)))
          << "opcode " << code << ", " << size << " bytes";
    }
  }
}

TEST(Rfc6455Section5Test, S55LongLengthFormsOnControlFramesFailWith1002) {
  for (const unsigned code : {opcode::close, opcode::ping, opcode::pong}) {
    for (const auto form : {length_form::sixteen_bits, length_form::sixty_four_bits}) {
      EXPECT_THAT(decode_every_way(client_frame(code, "ab", {.length = form})),
                  ElementsAre(fault_event(1002)))
          << "opcode " << code;
    }
  }
}

TEST(Rfc6455Section5Test, S55FragmentedControlFramesFailWith1002) {
  for (const unsigned code : {opcode::close, opcode::ping, opcode::pong}) {
    EXPECT_THAT(decode_every_way(client_fragment(code, "")), ElementsAre(fault_event(1002)));
    EXPECT_THAT(decode_every_way(client_fragment(code, "part")), ElementsAre(fault_event(1002)));
    EXPECT_THAT(decode_every_way(client_fragment(opcode::text, "a") + client_fragment(code, "")),
                ElementsAre(fault_event(1002)));
  }
}

TEST(Rfc6455Section5Test, S551ACloseFrameWithoutABodyHasNoCode) {
  EXPECT_THAT(decode_every_way(client_frame(opcode::close, "")), ElementsAre(close_event_of(1005)));
}

TEST(Rfc6455Section5Test, S551ACloseFrameMayHaveACodeOnly) {
  EXPECT_THAT(decode_every_way(client_close_frame(1000)), ElementsAre(close_event_of(1000)));
}

TEST(Rfc6455Section5Test, S551ACloseFrameWithHalfACodeFailsWith1002) {
  EXPECT_THAT(decode_every_way(client_frame(opcode::close, "\x03")),
              ElementsAre(fault_event(1002)));
}

TEST(Rfc6455Section5Test, S551ACloseReasonIsUtf8) {
  EXPECT_THAT(decode_every_way(client_close_frame(1000, "gr\xc3\xbc\xc3\x9f")),
              ElementsAre(close_event_of(1000, "gr\xc3\xbc\xc3\x9f")));
  EXPECT_THAT(decode_every_way(client_close_frame(1000, "\xff")), ElementsAre(fault_event(1007)));
  EXPECT_THAT(decode_every_way(client_close_frame(1000, "half \xe2\x82")),
              ElementsAre(fault_event(1007)));
}

TEST(Rfc6455Section5Test, S552PingPayloadsOfEveryLengthComeWhole) {
  for (std::size_t size = 0; size <= longest; ++size) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
      payload[i] = static_cast<char>(255 - i);
    }
    EXPECT_THAT(decode_every_way(client_frame(opcode::ping, payload)),
                ElementsAre(ping_event(payload)))
        << size;
  }
}

TEST(Rfc6455Section5Test, S553PongsNobodyAskedForAreLegal) {
  const std::string bytes = client_frame(opcode::pong, "") + client_frame(opcode::pong, "\xff") +
                            client_frame(opcode::text, "t");
  EXPECT_THAT(decode_every_way(bytes),
              ElementsAre(pong_event(""), pong_event("\xff"), text_event("t")));
}

TEST(Rfc6455Section5Test, S55ControlFramesComeInTheOrderSent) {
  const std::string bytes = client_frame(opcode::ping, "1") + client_frame(opcode::ping, "2") +
                            client_frame(opcode::pong, "3") + client_frame(opcode::text, "4") +
                            client_frame(opcode::ping, "5") + client_close_frame(1000, "6");
  EXPECT_THAT(decode_every_way(bytes),
              ElementsAre(ping_event("1"), ping_event("2"), pong_event("3"), text_event("4"),
                          ping_event("5"), close_event_of(1000, "6")));
}

}  // namespace
}  // namespace broadcast_hub::test
