#include "support/inflater.hpp"

#include <gtest/gtest.h>

#include <string>

namespace broadcast_hub::test {
namespace {

// The examples of RFC 7692, section 7.2.3.
const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
const std::string hello_again("\xf2\x00\x11\x00\x00", 5);
const std::string hello_stored("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11);
const std::string hello_final("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);

constexpr std::size_t plenty = 1000;

TEST(InflaterTest, InflatesTheExamplesOfTheSpecification) {
  for (const std::string& payload : {hello, hello_stored, hello_final}) {
    inflater undo;
    std::string text;
    EXPECT_TRUE(undo.inflate(payload, plenty, text));
    EXPECT_EQ(text, "Hello");
  }
}

TEST(InflaterTest, UsesWhatWentBeforeAsContext) {
  inflater undo;
  std::string text;
  ASSERT_TRUE(undo.inflate(hello, plenty, text));
  EXPECT_TRUE(undo.inflate(hello_again, plenty, text));
  EXPECT_EQ(text, "Hello");
}

TEST(InflaterTest, ForgetsTheContextWhenReset) {
  inflater undo;
  std::string text;
  ASSERT_TRUE(undo.inflate(hello, plenty, text));
  undo.reset();
  EXPECT_FALSE(undo.inflate(hello_again, plenty, text));
}

TEST(InflaterTest, FindsDamage) {
  inflater undo;
  std::string text;
  EXPECT_FALSE(undo.inflate(std::string(20, '\xff'), plenty, text));
}

TEST(InflaterTest, StopsAtTheLimit) {
  for (const std::size_t most : {std::size_t{0}, std::size_t{4}}) {
    inflater undo;
    std::string text;
    EXPECT_FALSE(undo.inflate(hello, most, text));
  }
  inflater undo;
  std::string text;
  EXPECT_TRUE(undo.inflate(hello, 5, text));
}

}  // namespace
}  // namespace broadcast_hub::test
