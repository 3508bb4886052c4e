#include "wire/frame_header.hpp"

#include "support/client_frame.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace broadcast_hub::wire {
namespace {

namespace codes = test::opcode;

constexpr std::uint64_t any_room = std::numeric_limits<std::uint64_t>::max();

frame_header whole_header(const std::string& bytes) {
  frame_header header;
  for (std::size_t used = 0; used < bytes.size() && !header.complete();) {
    used += header.take(bytes.data() + used, bytes.size() - used);
  }
  return header;
}

TEST(FrameHeaderTest, TakesItsStartFirstAndThenTheRestOfItselfOnly) {
  const std::string bytes = test::client_frame(codes::binary, std::string(300, 'x'));
  frame_header header;
  EXPECT_FALSE(header.started());
  EXPECT_EQ(header.take(bytes.data(), bytes.size()), 2U);
  EXPECT_TRUE(header.has_start());
  EXPECT_FALSE(header.complete());
  EXPECT_EQ(header.take(bytes.data() + 2, bytes.size() - 2), 6U);
  EXPECT_TRUE(header.complete());
  EXPECT_EQ(header.payload_size(), 300U);
}

TEST(FrameHeaderTest, TellsTheMaskAndWhatIsLeftWithoutIt) {
  for (const std::size_t size : {std::size_t{3}, std::size_t{300}, std::size_t{70'000}}) {
    const std::string bytes = test::client_frame_header(codes::binary, size);
    const frame_header header = whole_header(bytes);
    ASSERT_TRUE(header.masked());
    const std::string_view key(reinterpret_cast<const char*>(header.mask_key()), 4);
    EXPECT_EQ(key, bytes.substr(bytes.size() - 4));
    std::string expected = bytes.substr(0, bytes.size() - 4);
    expected[1] = static_cast<char>(expected[1] & 0x7f);
    const frame_header::copied left = header.without_mask();
    EXPECT_EQ(std::string(left.bytes.begin(), left.bytes.begin() + static_cast<long>(left.size)),
              expected);
  }
}

TEST(FrameHeaderTest, TakesBytesOneAtATime) {
  const std::string bytes = test::client_frame_header(codes::binary, 70'000);
  frame_header header;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(header.complete());
    EXPECT_EQ(header.take(bytes.data() + i, 1), 1U);
  }
  EXPECT_TRUE(header.complete());
  EXPECT_EQ(header.payload_size(), 70'000U);
}

TEST(FrameHeaderTest, ResetStartsTheNext) {
  frame_header header = whole_header(test::client_frame_header(codes::binary, 70'000));
  header.reset();
  EXPECT_FALSE(header.started());
  const std::string next = test::client_frame_header(codes::ping, 3);
  header.take(next.data(), next.size());
  EXPECT_TRUE(header.control());
  EXPECT_FALSE(header.complete());
}

TEST(FrameHeaderTest, ReadsLengthsOfEveryForm) {
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{125}, std::uint64_t{126}, std::uint64_t{0xffff},
        std::uint64_t{0x10000}, std::uint64_t{0x0123456789abcdef}}) {
    EXPECT_EQ(whole_header(test::client_frame_header(codes::text, size)).payload_size(), size);
  }
}

TEST(FrameHeaderTest, NothingIsWrongWithACorrectHeader) {
  const frame_header header = whole_header(test::client_frame_header(codes::text, 1000));
  EXPECT_FALSE(header.check_start(false, false));
  EXPECT_FALSE(header.check_length(1000));
}

TEST(FrameHeaderTest, TheRoomLeftIsTheMostThatMayCome) {
  const frame_header header = whole_header(test::client_frame_header(codes::text, 1000));
  const auto fault = header.check_length(999);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, close_code::message_too_big);
}

TEST(FrameHeaderTest, ControlFramesNeedNoRoom) {
  EXPECT_FALSE(whole_header(test::client_frame_header(codes::ping, 125)).check_length(0));
}

TEST(FrameHeaderTest, TheFormOfALengthIsCheckedBeforeTheLimit) {
  const auto header = whole_header(
      test::client_frame_header(codes::text, 9, {.length = test::length_form::sixteen_bits}));
  const auto fault = header.check_length(0);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, close_code::protocol_error);
}

struct length_case {
  std::uint64_t size;
  test::length_form form;
  bool minimal;
};

TEST(FrameHeaderTest, LengthsMustHaveTheirShortestForm) {
  const length_case cases[] = {
      {125, test::length_form::sixteen_bits, false},
      {126, test::length_form::sixteen_bits, true},
      {0xffff, test::length_form::sixteen_bits, true},
      {0xffff, test::length_form::sixty_four_bits, false},
      {0x10000, test::length_form::sixty_four_bits, true},
  };
  for (const length_case& one : cases) {
    const auto header =
        whole_header(test::client_frame_header(codes::text, one.size, {.length = one.form}));
    EXPECT_EQ(!header.check_length(any_room), one.minimal) << one.size;
  }
}

TEST(FrameHeaderTest, ALengthWithTheTopBitIsTooBigForAnyRoom) {
  const auto fault = whole_header(test::client_frame_header(codes::text, std::uint64_t{1} << 63U))
                         .check_length(any_room);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, close_code::message_too_big);
}

struct start_case {
  const char* what;
  unsigned code;
  test::frame_options options;
  bool message_open;
  bool accepted;
};

TEST(FrameHeaderTest, ChecksItsFirstTwoBytes) {
  const start_case cases[] = {
      {"text", codes::text, {}, false, true},
      {"binary", codes::binary, {}, false, true},
      {"first fragment", codes::text, {.fin = false}, false, true},
      {"continuation", codes::continuation, {}, true, true},
      {"middle fragment", codes::continuation, {.fin = false}, true, true},
      {"ping", codes::ping, {}, false, true},
      {"ping between fragments", codes::ping, {}, true, true},
      {"close between fragments", codes::close, {}, true, true},
      {"no mask", codes::text, {.masked = false}, false, false},
      {"ping without mask", codes::ping, {.masked = false}, false, false},
      {"first reserved bit", codes::text, {.rsv = 4}, false, false},
      {"second reserved bit", codes::text, {.rsv = 2}, false, false},
      {"third reserved bit", codes::text, {.rsv = 1}, false, false},
      {"reserved data opcode", 0x3, {}, false, false},
      {"reserved control opcode", 0xb, {}, false, false},
      {"continuation of nothing", codes::continuation, {}, false, false},
      {"text among fragments", codes::text, {}, true, false},
      {"binary among fragments", codes::binary, {}, true, false},
      {"fragmented ping", codes::ping, {.fin = false}, false, false},
      {"long ping", codes::ping, {.length = test::length_form::sixteen_bits}, false, false},
      {"very long ping", codes::ping, {.length = test::length_form::sixty_four_bits}, false, false},
  };
  for (const start_case& one : cases) {
    const auto header = whole_header(test::client_frame_header(one.code, 5, one.options));
    const auto fault = header.check_start(one.message_open, false);
    EXPECT_EQ(!fault, one.accepted) << one.what;
    EXPECT_TRUE(!fault || fault->code == close_code::protocol_error) << one.what;
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
