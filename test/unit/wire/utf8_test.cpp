#include "wire/frame_encoder.hpp"
#include "wire/utf8_stream.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <string>

namespace broadcast_hub::wire {
namespace {

/// Any number up to 21 bits in the form that UTF-8 has for it, whether it is a character or not.
std::string encode(std::uint32_t number) {
  const auto tail = [number](unsigned shift) {
    return static_cast<char>(0x80U | (number >> shift & 0x3fU));
  };
  if (number < 0x80) {
    return {static_cast<char>(number)};
  }
  if (number < 0x800) {
    return {static_cast<char>(0xc0U | number >> 6U), tail(0)};
  }
  if (number < 0x10000) {
    return {static_cast<char>(0xe0U | number >> 12U), tail(6), tail(0)};
  }
  return {static_cast<char>(0xf0U | number >> 18U), tail(12), tail(6), tail(0)};
}

TEST(Utf8Test, EveryCharacterIsValidAndNothingElse) {
  constexpr std::uint32_t past_the_last = 0x110800;
  for (std::uint32_t number = 0; number < past_the_last; ++number) {
    const bool surrogate = number >= 0xd800 && number <= 0xdfff;
    const bool character = number <= 0x10ffff && !surrogate;
    ASSERT_EQ(is_valid_utf8(encode(number)), character) << number;
  }
}

TEST(Utf8Test, NothingIsValid) {
  EXPECT_TRUE(is_valid_utf8(""));
}

TEST(Utf8Test, FaultsAreFoundAtEveryPosition) {
  // Words of eight bytes are checked at once, so each place within them counts.
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_valid_utf8(text));
      text[at] = '\xff';
      EXPECT_FALSE(is_valid_utf8(text)) << at << " of " << size;
      text.replace(at, 1, "\xc3\xa4");
      EXPECT_TRUE(is_valid_utf8(text)) << at << " of " << size;
    }
  }
}

TEST(Utf8Test, PiecesCutAnywhereAreCheckedAsOne) {
  const std::string right = "sixteen and more bytes \xc3\xa4, then \xf0\x9f\x98\x80 and the end";
  std::string wrong = right;
  wrong.replace(wrong.find('\xc3'), 1, "\xe2");
  for (std::size_t cut = 0; cut <= right.size(); ++cut) {
    utf8_stream checked;
    EXPECT_TRUE(checked.take(std::string_view(right).substr(0, cut)));
    EXPECT_TRUE(checked.take(std::string_view(right).substr(cut)) && checked.complete()) << cut;
    checked.reset();
    EXPECT_FALSE(checked.take(std::string_view(wrong).substr(0, cut)) &&
                 checked.take(std::string_view(wrong).substr(cut)))
        << cut;
  }
}

TEST(Utf8Test, CutCodePointsAreNotValid) {
  for (const std::string whole : {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    for (std::size_t size = 1; size < whole.size(); ++size) {
      EXPECT_FALSE(is_valid_utf8("text " + whole.substr(0, size)));
      EXPECT_FALSE(is_valid_utf8(whole.substr(0, size) + " text"));
    }
  }
}

TEST(Utf8Test, OverlongFormsAreNotValid) {
  for (const std::string text : {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
                                 "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

TEST(Utf8Test, ACutKeepsWholeCodePoints) {
  const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
  const std::size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t size = 0; size < std::size(kept); ++size) {
    EXPECT_EQ(cut_utf8(text, size), text.substr(0, kept[size])) << size;
  }
}

TEST(Utf8Test, ACutOfWhatIsNotUtf8StillHolds) {
  const std::string text(100, '\x80');
  EXPECT_EQ(cut_utf8(text, 50).size(), 50U);
  EXPECT_EQ(cut_utf8(text, 0).size(), 0U);
}

}  // namespace
}  // namespace broadcast_hub::wire
