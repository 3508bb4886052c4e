#include "base/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace broadcast_hub {
namespace {

using namespace std::string_view_literals;

struct printable_case {
  std::string_view text;
  std::string_view shown;
};

TEST(TextTest, PrintableEscapesWhatWouldBreakOrFakeALine) {
  constexpr printable_case cases[] = {
      {""sv, ""sv},
      {"{\"message\":\"Hey\"}"sv, "{\"message\":\"Hey\"}"sv},
      {"a\nb\rc\td"sv, "a\\nb\\rc\\td"sv},
      {"C:\\n"sv, "C:\\\\n"sv},
      {"\0\x01\x1b[31m"sv, "\\x00\\x01\\x1b[31m"sv},
      {"\x1f\x20\x7e\x7f"sv, "\\x1f ~\\x7f"sv},
      {"\xc2\x80\xc2\x9f"sv, "\\xc2\\x80\\xc2\\x9f"sv},  // C1 controls
      {"\xc2\xad"sv, "\\xc2\\xad"sv},                    // soft hyphen
  };
  for (const printable_case& each : cases) {
    EXPECT_EQ(printable(each.text), each.shown);
  }
}

TEST(TextTest, PrintableKeepsUtf8) {
  constexpr std::string_view texts[] = {
      "\xc2\xa0",  // U+00A0
      "Gr\xc3\xbc\xc3\x9f e",
      "\xdf\xbf",          // U+07FF
      "\xe0\xa0\x80",      // U+0800
      "\xed\x9f\xbf",      // U+D7FF
      "\xee\x80\x80",      // U+E000
      "\xef\xbf\xbd",      // U+FFFD
      "\xf0\x90\x80\x80",  // U+10000
      "\xf0\x9f\x98\x80",  // an emoji
      "\xf4\x8f\xbf\xbf",  // U+10FFFF
  };
  for (const std::string_view text : texts) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(TextTest, PrintableEscapesBytesThatAreNotUtf8) {
  constexpr printable_case cases[] = {
      {"\x80"sv, "\\x80"sv},                    // a continuation alone
      {"\xc0\xaf"sv, "\\xc0\\xaf"sv},           // too long a form
      {"\xc1\xbf"sv, "\\xc1\\xbf"sv},           //
      {"\xe0\x9f\xbf"sv, "\\xe0\\x9f\\xbf"sv},  //
      {"\xf0\x8f\xbf\xbf"sv, "\\xf0\\x8f\\xbf\\xbf"sv},
      {"\xed\xa0\x80"sv, "\\xed\\xa0\\x80"sv},           // a surrogate
      {"\xf4\x90\x80\x80"sv, "\\xf4\\x90\\x80\\x80"sv},  // above U+10FFFF
      {"\xf5\x80\x80\x80"sv, "\\xf5\\x80\\x80\\x80"sv},
      {"\xff"sv, "\\xff"sv},
      {"\xc3"sv, "\\xc3"sv},  // cut off
      {"\xe2\x82"sv, "\\xe2\\x82"sv},
      {"\xf0\x9f\x98"sv, "\\xf0\\x9f\\x98"sv},
      {"\xc3(\xc3\xa9"sv, "\\xc3(\xc3\xa9"sv},  // goes on behind it
  };
  for (const printable_case& each : cases) {
    EXPECT_EQ(printable(each.text), each.shown);
  }
}

std::string utf8(std::uint32_t code_point) {
  const auto tail = [code_point](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3fU));
  };
  if (code_point < 0x800) {
    return {static_cast<char>(0xc0U | (code_point >> 6U)), tail(0)};
  }
  if (code_point < 0x10000) {
    return {static_cast<char>(0xe0U | (code_point >> 12U)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xf0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
}

TEST(TextTest, PrintableEscapesWhatReordersOrHidesText) {
  constexpr std::uint32_t deceptive[] = {
      0x061c, 0x180e, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c,  0x202d,
      0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xfff9, 0xfffb, 0xe0001, 0xe007f};
  for (const std::uint32_t code_point : deceptive) {
    const std::string shown = printable(utf8(code_point));
    EXPECT_EQ(shown.substr(0, 2), "\\x") << std::hex << code_point;
    EXPECT_EQ(shown.size(), 4 * utf8(code_point).size()) << std::hex << code_point;
  }
}

TEST(TextTest, PrintableCutsAtTheLimitAndSaysSo) {
  const std::string exact(200, 'x');
  EXPECT_EQ(printable(exact), exact);
  EXPECT_EQ(printable(exact + "y"), exact + "...");
  EXPECT_EQ(printable("abc", 0), "...");
  EXPECT_EQ(printable("", 0), "");
}

TEST(TextTest, PrintableCountsCharactersNotBytes) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += "\xe2\x82\xac";
  }
  EXPECT_EQ(printable(text), text);
  EXPECT_EQ(printable(text + "!"), text + "...");
}

TEST(TextTest, PrintableNeverCutsAnEscape) {
  EXPECT_EQ(printable("ab\n", 3), "ab...");
  EXPECT_EQ(printable("ab\n", 4), "ab\\n");
  EXPECT_EQ(printable("\x01\x01", 7), "\\x01...");
  EXPECT_EQ(printable("\xe2\x80\xae", 11), "...");
  EXPECT_EQ(printable("\xe2\x80\xae", 12), "\\xe2\\x80\\xae");
}

TEST(TextTest, PrintableOfAnyByteIsOneLineOfAscii) {
  for (int i = 0; i < 256; ++i) {
    for (const char shown : printable(std::string(1, static_cast<char>(i)))) {
      EXPECT_TRUE(shown >= ' ' && shown <= '~') << i;
    }
  }
}

TEST(TextTest, JoinTakesStringsAndNumbers) {
  EXPECT_EQ(join(), "");
  EXPECT_EQ(join("a", std::string("b"), "c"sv, 1, -2, 3U), "abc1-23");
  EXPECT_EQ(join(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(join(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(join("a\0b"sv), "a\0b"sv);
}

TEST(TextTest, EqualIgnoringCaseIsForAsciiOnly) {
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_TRUE(equal_ignoring_case("Sec-WebSocket-KEY", "sec-websocket-key"));
  EXPECT_FALSE(equal_ignoring_case("Host", "Hos"));
  EXPECT_FALSE(equal_ignoring_case("Hos", "Host"));
  EXPECT_FALSE(equal_ignoring_case("a", ""));
  EXPECT_FALSE(equal_ignoring_case("@[", "`{"));  // 0x20 apart, but no letters
  EXPECT_FALSE(equal_ignoring_case("\xc3\x84", "\xc3\xa4"));
}

}  // namespace
}  // namespace broadcast_hub
