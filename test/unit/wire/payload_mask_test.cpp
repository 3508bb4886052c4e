#include "wire/payload_mask.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>

namespace broadcast_hub::wire {
namespace {

constexpr std::array<unsigned char, payload_mask::key_size> key{0x37, 0xfa, 0x21, 0x3d};

// The definition of RFC 6455, section 5.3.
std::string masked(std::string payload) {
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(static_cast<unsigned char>(payload[i]) ^ key.at(i % key.size()));
  return payload;
}

std::string letters(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += static_cast<char>('a' + i % 26);
  return text;
}

TEST(PayloadMaskTest, TakesOffTheMaskOfTheExampleInTheRfc) {
  std::string hello = "\x7f\x9f\x4d\x51\x58";  // RFC 6455, section 5.7
  payload_mask mask;
  mask.begin(key.data());
  mask.take_off(hello.data(), hello.size());
  EXPECT_EQ(hello, "Hello");
}

TEST(PayloadMaskTest, GoesOnWhereThePartBeforeEnded) {
  const std::string payload = letters(41);
  for (std::size_t first = 0; first <= payload.size(); ++first) {
    for (std::size_t second = first; second <= payload.size(); ++second) {
      std::string data = masked(payload);
      payload_mask mask;
      mask.begin(key.data());
      mask.take_off(data.data(), first);
      mask.take_off(data.data() + first, second - first);
      mask.take_off(data.data() + second, data.size() - second);
      ASSERT_EQ(data, payload) << "cut at " << first << " and " << second;
    }
  }
}

TEST(PayloadMaskTest, BeginsAPayloadAnew) {
  std::string before = masked(letters(3));
  std::string data = masked(letters(9));
  payload_mask mask;
  mask.begin(key.data());
  mask.take_off(before.data(), before.size());
  mask.begin(key.data());
  mask.take_off(data.data(), data.size());
  EXPECT_EQ(data, letters(9));
}

TEST(PayloadMaskTest, LeavesWhatIsBesideAPartAlone) {
  std::string data = "<" + masked(letters(11)) + ">";
  payload_mask mask;
  mask.begin(key.data());
  mask.take_off(data.data() + 1, data.size() - 2);
  EXPECT_EQ(data, "<" + letters(11) + ">");
}

}  // namespace
}  // namespace broadcast_hub::wire
