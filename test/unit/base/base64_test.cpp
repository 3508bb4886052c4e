#include "base/base64.hpp"

#include "support/base_seed.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub {
namespace {

using namespace std::string_view_literals;

TEST(Base64Test, BytesBecomeTextAndBytesAgain) {
  const std::vector<std::pair<std::string_view, std::string_view>> known{
      // RFC 4648, section 10
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      // Every bit, and the two characters that other alphabets have not
      {"\0"sv, "AA=="},
      {"\0\0"sv, "AAA="},
      {"\0\0\0"sv, "AAAA"},
      {"\xff", "/w=="},
      {"\xff\xff", "//8="},
      {"\xff\xff\xff", "////"},
      {"\xfb\xef\xbe", "++++"},
  };
  for (const auto& [bytes, text] : known) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes) << text;
  }
}

TEST(Base64Test, OnlyWhatTheEncoderWritesIsRead) {
  const std::vector<std::string_view> wrong{
      "Z",        "Zg",           "Zg=",      "Zm8",      "Zm9vYg",  // no padding
      "=",        "==",           "===",      "====",     "Z===",
      "Zg===",    "Zg====",       "Zm9v====", "Zm9v=",                // too much of it
      "Zg==Zg==", "Z=g=",         "=Zg=",     "Zm=v",     "Zg=a",     // in a wrong place
      "Zh==",     "Zv==",         "Zm9=",     "Zm//Zm9=",             // more bits
      "Zm9v\n",   "Zm9v\r\n\r\n", " Zm9v",    "Zm 9",     "Zm9\n",    // blanks
      "Zm9-",     "Zm9_",         "Zm9.",     "Zm9\xc3",  "Zm9\0"sv,  // no digits
  };
  for (const std::string_view text : wrong)
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

TEST(Base64Test, EveryByteAloneComesBack) {
  for (int value = 0; value < 256; ++value) {
    const std::string bytes(1, static_cast<char>(value));
    EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes) << value;
  }
}

TEST(Base64Test, RandomBytesComeBack) {
  std::mt19937 random(test::base_seed());
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random() & 0xffU);
    const std::string text = encode_base64(bytes);
    EXPECT_EQ(text.size(), (size + 2) / 3 * 4);
    EXPECT_EQ(decode_base64(text), bytes) << text;
  }
}

TEST(Base64Test, OneChangedCharacterNeverYieldsTheSameBytes) {
  const std::string text = encode_base64("four");
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = text;
      changed[at] = static_cast<char>(value);
      EXPECT_TRUE(changed == text || decode_base64(changed) != "four") << changed;
    }
  }
}

}  // namespace
}  // namespace broadcast_hub
