#include "base/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace broadcast_hub {
namespace {

/// The secret of the published vectors: the bytes 0 to 15.
constexpr keyed_hash published{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

std::string counting(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i)
    bytes += static_cast<char>(i);
  return bytes;
}

/// As `openssl mac -macopt size:16 SIPHASH` writes it.
std::string as_hexadecimal(const digest& one) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (std::uint64_t word : {one.low, one.high}) {
    for (int i = 0; i < 8; ++i, word >>= 8U) {
      text += digits[word >> 4U & 15U];
      text += digits[word & 15U];
    }
  }
  return text;
}

TEST(KeyedHashTest, IsSipHash) {
  EXPECT_EQ(as_hexadecimal(published.of("")), "A3817F04BA25A8E66DF67214C7550293");
  EXPECT_EQ(as_hexadecimal(published.of(counting(1))), "DA87C1D86B99AF44347659119B22FC45");
  EXPECT_EQ(as_hexadecimal(published.of(counting(15))), "5493E99933B0A8117E08EC0F97CFC3D9");
  EXPECT_EQ(as_hexadecimal(published.of(counting(17))), "473D06E8738DB89854C066C47AE47740");
}

TEST(KeyedHashTest, KnowsWhereTextsEnd) {
  std::set<std::string> seen;
  const std::array<digest, 6> all{published.of({"ab", "c"}), published.of({"a", "bc"}),
                                  published.of({"abc"}),     published.of({"", "abc"}),
                                  published.of({"abc", ""}), published.of({"ab", "d"})};
  for (const digest& each : all)
    seen.insert(as_hexadecimal(each));
  EXPECT_EQ(seen.size(), all.size());
  EXPECT_EQ(published.of({"ab", "c"}), published.of({"ab", "c"}));
}

TEST(KeyedHashTest, DependsOnItsSecret) {
  EXPECT_FALSE(keyed_hash::with_random_secret().of("a") ==
               keyed_hash::with_random_secret().of("a"));
}

}  // namespace
}  // namespace broadcast_hub
