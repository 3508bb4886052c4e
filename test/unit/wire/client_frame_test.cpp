#include "wire/client_frame.hpp"

#include "support/client_frame.hpp"
#include "wire/frame_decoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

// What a client sends is what the decoder for clients reads, and what a server sends is what the
// decoder for servers reads.

namespace broadcast_hub::wire {
namespace {

using event_kind = frame_event::kind;

std::uint32_t fixed_mask() {
  return 0x04030201;
}

/// `kind code payload` of the event, fed byte by byte.
std::string decoded_event(frame_decoder& decoder, std::string bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    frame_event event;
    decoder.consume(bytes.data() + at, 1, event);
    if (event.what != event_kind::none) {
      EXPECT_TRUE(at + 1 == bytes.size() || event.what == event_kind::fault);
      return std::to_string(static_cast<int>(event.what)) + " " +
             std::to_string(static_cast<int>(event.code)) + " " + std::string(event.payload);
    }
  }
  return "nothing";
}

std::string from_client(std::string bytes) {
  frame_decoder decoder(100'000);
  return decoded_event(decoder, std::move(bytes));
}

std::string from_server(std::string bytes, std::size_t limit = 100'000) {
  frame_decoder decoder(limit, frame_sender::server);
  return decoded_event(decoder, std::move(bytes));
}

std::string event_text(event_kind what, int code, std::string_view payload) {
  return std::to_string(static_cast<int>(what)) + " " + std::to_string(code) + " " +
         std::string(payload);
}

std::string unmasked(unsigned code, std::string_view payload, bool fin = true) {
  test::frame_options options;
  options.masked = false;
  options.fin = fin;
  return test::client_frame(code, payload, options);
}

TEST(ClientFrameTest, IsReadByTheServersDecoder) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(from_client(make_client_frame(opcode::text, payload, fixed_mask)),
              event_text(event_kind::text, 1005, payload));
    EXPECT_EQ(from_client(make_client_frame(opcode::binary, payload, fixed_mask)),
              event_text(event_kind::binary, 1005, payload));
  }
  EXPECT_EQ(from_client(make_client_frame(opcode::pong, "abc", fixed_mask)),
            event_text(event_kind::pong, 1005, "abc"));
  EXPECT_EQ(from_client(make_client_frame(opcode::ping, "", fixed_mask)),
            event_text(event_kind::ping, 1005, ""));
}

TEST(ClientFrameTest, IsMaskedWithTheKeyFromTheSource) {
  const std::string zeros(8, '\0');
  const std::string frame = make_client_frame(opcode::binary, zeros, fixed_mask);
  ASSERT_EQ(frame.size(), 2 + 4 + zeros.size());
  const std::string key = frame.substr(2, 4);
  EXPECT_NE(key, std::string(4, '\0'));
  EXPECT_EQ(frame.substr(6), key + key);
}

TEST(ClientFrameTest, ClosesWithCodeAndReason) {
  EXPECT_EQ(from_client(make_client_close_frame(close_code::normal, "bye", fixed_mask)),
            event_text(event_kind::close, 1000, "bye"));
  EXPECT_EQ(from_client(make_client_close_frame(close_code::no_status, "bye", fixed_mask)),
            event_text(event_kind::close, 1005, ""));
  EXPECT_EQ(
      from_client(make_client_close_frame(close_code{4000}, std::string(124, 'x'), fixed_mask)),
      event_text(event_kind::close, 4000, std::string(123, 'x')));
}

TEST(ServerFrameTest, EndsWithAnEvent) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(from_server(make_frame(opcode::text, payload)),
              event_text(event_kind::text, 1005, payload));
  }
  EXPECT_EQ(from_server(make_frame(opcode::ping, "x")), event_text(event_kind::ping, 1005, "x"));
  EXPECT_EQ(from_server(make_close_frame(close_code{4000}, "idle")),
            event_text(event_kind::close, 4000, "idle"));
}

TEST(ServerFrameTest, MayBeFragmentedWithControlFramesInBetween) {
  frame_decoder decoder(100, frame_sender::server);
  EXPECT_EQ(decoded_event(decoder, unmasked(1, "a", false)), "nothing");
  EXPECT_EQ(decoded_event(decoder, unmasked(9, "p")), event_text(event_kind::ping, 1005, "p"));
  EXPECT_EQ(decoded_event(decoder, unmasked(0, "b", false)), "nothing");
  EXPECT_EQ(decoded_event(decoder, unmasked(0, "c")), event_text(event_kind::text, 1005, "abc"));
  EXPECT_TRUE(decoder.idle());
}

TEST(ServerFrameTest, IsAFaultWhenItIsMasked) {
  EXPECT_EQ(from_server(test::client_frame(1, "x")),
            event_text(event_kind::fault, 1002, "server frame with a mask"));
  EXPECT_EQ(from_client(unmasked(1, "x")),
            event_text(event_kind::fault, 1002, "client frame without a mask"));
}

TEST(ServerFrameTest, IsAFaultPastTheLimitBeforeItsPayloadComes) {
  EXPECT_EQ(from_server(make_frame(opcode::text, std::string(101, 'x')).substr(0, 2), 100),
            event_text(event_kind::fault, 1009, "message larger than the limit"));
  frame_decoder decoder(100, frame_sender::server);
  EXPECT_EQ(decoded_event(decoder, unmasked(2, std::string(60, 'x'), false)), "nothing");
  EXPECT_EQ(decoded_event(decoder, unmasked(0, std::string(41, 'x')).substr(0, 2)),
            event_text(event_kind::fault, 1009, "message larger than the limit"));
  const std::string huge = "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff";
  EXPECT_EQ(from_server(huge),
            event_text(event_kind::fault, 1009, "message larger than the limit"));
}

TEST(ServerFrameTest, IsAFaultWhenItBreaksTheRules) {
  const auto protocol_fault_of = [](std::string_view bytes) {
    return from_server(std::string(bytes)).starts_with(event_text(event_kind::fault, 1002, ""));
  };
  EXPECT_TRUE(protocol_fault_of(unmasked(0, "x")));                            // continues nothing
  EXPECT_TRUE(protocol_fault_of(unmasked(1, "x", false) + unmasked(1, "x")));  // in another
  EXPECT_TRUE(protocol_fault_of(unmasked(3, "x")));                            // reserved
  EXPECT_TRUE(protocol_fault_of("\xc1\x01x"));                                 // compressed
  EXPECT_TRUE(protocol_fault_of(unmasked(9, "x", false)));                     // a ping in pieces
  EXPECT_TRUE(protocol_fault_of(unmasked(9, std::string(126, 'x'))));
  EXPECT_TRUE(protocol_fault_of(unmasked(8, "x")));  // half a code
  EXPECT_EQ(from_server(unmasked(1, "\xff")),
            event_text(event_kind::fault, 1007, "text that is not UTF-8"));
}

}  // namespace
}  // namespace broadcast_hub::wire
