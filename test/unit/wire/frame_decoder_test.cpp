#include "wire/frame_decoder.hpp"

#include "support/client_frame.hpp"
#include "support/decoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

// What RFC 6455 says about single frames is tested under test/conformance; here is what the decoder
// promises besides, and what websocketpp's own frame reader gets wrong.

namespace broadcast_hub::wire {
namespace {

using test::client_fragment;
using test::client_frame;
using test::client_frame_header;
using test::decode_every_way;
using test::fault_event;
using test::text_event;
using testing::ElementsAre;

namespace codes = test::opcode;

constexpr std::size_t limit = 64 * 1024;

/// Feeds bytes that must hold no event.
void feed(frame_decoder& decoder, std::string bytes) {
  frame_event event;
  ASSERT_EQ(decoder.consume(bytes.data(), bytes.size(), event), bytes.size());
  ASSERT_EQ(event.what, frame_event::kind::none);
}

TEST(FrameDecoderTest, StartsIdle) {
  const frame_decoder decoder(limit);
  EXPECT_TRUE(decoder.idle());
  EXPECT_FALSE(decoder.faulted());
  EXPECT_EQ(decoder.held_bytes(), 0U);
}

TEST(FrameDecoderTest, StopsBehindEachEvent) {
  frame_decoder decoder(limit);
  const std::string first = client_frame(codes::text, "one");
  std::string bytes = first + client_frame(codes::text, "two");
  frame_event event;
  ASSERT_EQ(decoder.consume(bytes.data(), bytes.size(), event), first.size());
  EXPECT_EQ(event.payload, "one");
  const std::size_t rest = bytes.size() - first.size();
  ASSERT_EQ(decoder.consume(bytes.data() + first.size(), rest, event), rest);
  EXPECT_EQ(event.payload, "two");
}

TEST(FrameDecoderTest, NoBytesAreNoEvent) {
  frame_decoder decoder(limit);
  frame_event event{frame_event::kind::text, close_code::normal, "stale"};
  EXPECT_EQ(decoder.consume(nullptr, 0, event), 0U);
  EXPECT_EQ(event.what, frame_event::kind::none);
}

TEST(FrameDecoderTest, IsIdleOnlyBetweenMessages) {
  const std::string bytes = client_fragment(codes::text, "a") + client_frame(codes::ping, "p") +
                            client_frame(codes::continuation, "b");
  frame_decoder decoder(limit);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    EXPECT_TRUE(decoder.idle() == (at == 0)) << "after " << at << " bytes";
    test::decode(decoder, bytes.substr(at, 1), 1);
  }
  EXPECT_TRUE(decoder.idle());
}

TEST(FrameDecoderTest, AFaultLatches) {
  frame_decoder decoder(limit);
  std::string bytes = client_frame(codes::text, "x", {.rsv = 4});
  frame_event event;
  EXPECT_EQ(decoder.consume(bytes.data(), bytes.size(), event), bytes.size());
  const std::string rule(event.payload);
  EXPECT_FALSE(rule.empty());
  for (int i = 0; i < 3; ++i) {
    std::string correct = client_frame(codes::text, "hello");
    EXPECT_EQ(decoder.consume(correct.data(), correct.size(), event), correct.size());
    EXPECT_EQ(event.what, frame_event::kind::fault);
    EXPECT_EQ(event.code, close_code::protocol_error);
    EXPECT_EQ(event.payload, rule);
  }
  EXPECT_TRUE(decoder.faulted());
  EXPECT_FALSE(decoder.idle());
}

TEST(FrameDecoderTest, AFaultInAClosePayloadLatchesToo) {
  frame_decoder decoder(limit);
  EXPECT_THAT(test::decode(decoder, test::client_close_frame(1005), test::all_at_once),
              ElementsAre(fault_event(1002)));
  EXPECT_TRUE(decoder.faulted());
}

TEST(FrameDecoderTest, WordsOfFaultsFitIntoACloseFrame) {
  constexpr std::size_t longest_reason = 123;
  const std::string faults[] = {
      client_frame(codes::text, "x", {.rsv = 1}),
      client_frame(0x3, "x"),
      client_frame(codes::text, "x", {.masked = false}),
      client_fragment(codes::ping, "x"),
      client_frame_header(codes::ping, 126),
      client_frame(codes::continuation, "x"),
      client_fragment(codes::text, "x") + client_frame(codes::text, "y"),
      client_frame(codes::text, "x", {.length = test::length_form::sixteen_bits}),
      client_frame_header(codes::text, limit + 1),
      client_frame(codes::text, "\xff"),
      client_frame(codes::close, "x"),
      test::client_close_frame(1005),
      test::client_close_frame(1000, "\xff"),
  };
  for (std::string bytes : faults) {
    frame_decoder decoder(limit);
    frame_event event;
    decoder.consume(bytes.data(), bytes.size(), event);
    EXPECT_EQ(event.what, frame_event::kind::fault);
    EXPECT_FALSE(event.payload.empty());
    EXPECT_LE(event.payload.size(), longest_reason);
  }
}

TEST(FrameDecoderTest, AnAnnouncedLengthIsNotReserved) {
  constexpr std::size_t large = 16 * 1024 * 1024;
  frame_decoder decoder(large);
  feed(decoder, client_frame_header(codes::binary, large) + "x");
  EXPECT_GT(decoder.held_bytes(), 0U);
  EXPECT_LE(decoder.held_bytes(), 8U * 1024);
}

TEST(FrameDecoderTest, HeldBytesGrowWithWhatHasArrived) {
  constexpr std::size_t large = 1024 * 1024;
  frame_decoder decoder(large);
  feed(decoder, client_frame_header(codes::binary, large));
  for (std::size_t arrived = 4096; arrived < large; arrived += 4096) {
    feed(decoder, std::string(4096, 'x'));
    EXPECT_GE(decoder.held_bytes(), arrived);
    EXPECT_LE(decoder.held_bytes(), 2 * arrived + 8192);
  }
}

TEST(FrameDecoderTest, OneByteFragmentsHoldNoMoreThanTwiceTheirSum) {
  frame_decoder decoder(limit);
  feed(decoder, client_fragment(codes::binary, "x"));
  for (std::size_t sum = 2; sum <= 20'000; ++sum) {
    feed(decoder, client_fragment(codes::continuation, "x"));
    ASSERT_LE(decoder.held_bytes(), 2 * sum + 8192);
  }
}

// Budgets are in messages' bytes; a string that doubles would take nearly twice as many.
TEST(FrameDecoderTest, NoMessageHoldsMoreThanTheLimit) {
  for (const bool fragmented : {false, true}) {
    constexpr std::size_t odd = 100'000;
    frame_decoder decoder(odd);
    if (!fragmented)
      feed(decoder, client_frame_header(codes::binary, 70'000));
    for (std::size_t sum = 0; sum < 60'000; sum += 1000) {
      feed(decoder, fragmented ? client_fragment(sum == 0 ? codes::binary : codes::continuation,
                                                 std::string(1000, 'x'))
                               : std::string(1000, 'x'));
      ASSERT_LE(decoder.held_bytes(), odd + 1024);
    }
  }
}

TEST(FrameDecoderTest, EmptyFragmentsHoldNothingMore) {
  frame_decoder decoder(limit);
  feed(decoder, client_fragment(codes::binary, ""));
  const std::size_t at_first = decoder.held_bytes();
  for (int i = 0; i < 10'000; ++i) {
    feed(decoder, client_fragment(codes::continuation, ""));
  }
  EXPECT_EQ(decoder.held_bytes(), at_first);
  EXPECT_FALSE(decoder.idle());
}

TEST(FrameDecoderTest, NothingIsHeldBetweenMessages) {
  frame_decoder decoder(limit);
  const std::string payload(limit, 'x');
  EXPECT_THAT(test::decode(decoder, client_frame(codes::text, payload), test::all_at_once),
              ElementsAre(text_event(payload)));
  EXPECT_EQ(decoder.held_bytes(), 0U);
  decoder.trim();
  feed(decoder, client_fragment(codes::text, "x"));
  EXPECT_LE(decoder.held_bytes(), 8U * 1024);
}

TEST(FrameDecoderTest, TrimKeepsAHalfReceivedMessage) {
  frame_decoder decoder(limit);
  const std::string half(10'000, 'h');
  feed(decoder, client_fragment(codes::text, half));
  decoder.trim();
  EXPECT_THAT(test::decode(decoder, client_frame(codes::continuation, "end"), test::all_at_once),
              ElementsAre(text_event(half + "end")));
}

TEST(FrameDecoderTest, APooledDecoderServesManyMessages) {
  frame_decoder decoder(limit);
  for (std::size_t size : {10U, 60'000U, 0U, 126U, 65'536U, 1U}) {
    const std::string payload(size, 'x');
    EXPECT_THAT(test::decode(decoder, client_frame(codes::text, payload), 4096),
                ElementsAre(text_event(payload)));
    EXPECT_TRUE(decoder.idle());
    decoder.trim();
  }
}

TEST(FrameDecoderTest, APayloadStaysUntilTheNextCallEvenIfTheInputIsGone) {
  frame_decoder decoder(limit);
  frame_event event;
  {
    std::string bytes = client_frame(codes::text, "a payload that outlives its bytes");
    decoder.consume(bytes.data(), bytes.size(), event);
    bytes.assign(bytes.size(), '#');
  }
  EXPECT_EQ(event.payload, "a payload that outlives its bytes");
}

TEST(FrameDecoderTest, AnExceptionInsideBecomesAFaultWith1011) {
  // A length that no string can have makes hybi13's reserve throw; without a limit nothing refuses
  // it before.
  constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
  constexpr std::uint64_t impossible = std::numeric_limits<std::int64_t>::max();
  const std::string bytes =
      client_fragment(codes::binary, "x") + client_frame_header(codes::continuation, impossible);
  EXPECT_THAT(decode_every_way(bytes, no_limit), ElementsAre(fault_event(1011)));
}

TEST(FrameDecoderTest, ASumThatWrapsAroundIsTooBig) {
  const std::string bytes = client_fragment(codes::binary, "12345") +
                            client_frame_header(codes::continuation, 0 - std::uint64_t{5});
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1009)));
}

TEST(FrameDecoderTest, FragmentedTextMustEndBetweenCodePoints) {
  const std::string bytes =
      client_fragment(codes::text, "a") + client_frame(codes::continuation, "\xe2\x82");
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1007)));
}

TEST(FrameDecoderTest, AReservedBitOnAContinuationIsAFault) {
  const std::string bytes =
      client_fragment(codes::text, "a") + client_frame(codes::continuation, "b", {.rsv = 4});
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1002)));
}

TEST(FrameDecoderTest, ANonMinimalLengthIsAProtocolError) {
  const auto form = test::length_form::sixty_four_bits;
  EXPECT_THAT(decode_every_way(client_frame(codes::text, "x", {.length = form})),
              ElementsAre(fault_event(1002)));
}

TEST(FrameDecoderTest, ALimitOfOneByteHolds) {
  EXPECT_THAT(decode_every_way(client_frame(codes::text, "x"), 1), ElementsAre(text_event("x")));
  EXPECT_THAT(decode_every_way(client_frame(codes::text, "xy"), 1), ElementsAre(fault_event(1009)));
}

TEST(FrameDecoderTest, GarbageNeverThrowsAndIsReadTheSameInAnyChunks) {
  std::uint32_t state = 12345;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525U + 1013904223U;
      bytes.push_back(static_cast<char>(state >> 24U));
    }
    bytes[0] = static_cast<char>(0x81 + round % 2);
    bytes[1] = static_cast<char>(0x80 + round % 20);
    EXPECT_NO_THROW(decode_every_way(bytes));
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
