#include "protocol/content.hpp"

#include "protocol/json.hpp"
#include "protocol/server_frame.hpp"
#include "support/base_seed.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// How payloads are written into frames, and read from publications again.

namespace broadcast_hub::protocol {
namespace {

using namespace std::string_view_literals;

std::string written(message_kind kind, std::string_view payload) {
  std::string held = "what was there before";
  const content_text text = write_content(kind, payload, held);
  return std::string(text.before) + std::string(text.value) + std::string(text.after);
}

std::string publication_of(std::string_view topic, std::uint64_t offset, message_kind kind,
                           std::string_view payload) {
  return write_publication_start(topic) + std::to_string(offset) + written(kind, payload);
}

/// Writes a publication and reads it again.
void expect_round_trip(message_kind kind, std::string_view payload) {
  for (const std::string_view topic : {"a"sv, "orders.\"x\".\\"sv, "\",\"o\":1,\"d\":2}"sv}) {
    for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{9007199254740992}}) {
      const std::string text = publication_of(topic, offset, kind, payload);
      EXPECT_TRUE(is_json(text)) << text;
      EXPECT_TRUE(wire::is_valid_utf8(text)) << text;
      const publication read = read_publication(text);
      EXPECT_EQ(read.offset, offset) << text;
      EXPECT_EQ(read.data.kind, kind) << text;
      EXPECT_EQ(read.data.bytes, payload) << text;
    }
  }
}

TEST(ContentTest, JsonIsWrittenAsItIs) {
  for (const std::string_view json :
       {"1"sv, " 1\n"sv, "\"text\""sv, "{ \"a\" : [1, 2] }"sv, "null"sv, "1.50"sv, "[[]]"sv,
        "1e999"sv, "\"\\udc00\""sv, "[\"\\ud83d\"]"sv})
    EXPECT_EQ(written(message_kind::text, json), ",\"d\":" + std::string(json) + "}");
}

TEST(ContentTest, JsonIsNotCopied) {
  const std::string payload = R"({"a":1})";
  std::string held;
  EXPECT_EQ(write_content(message_kind::text, payload, held).value.data(), payload.data());
  EXPECT_TRUE(held.empty());
}

TEST(ContentTest, OtherTextIsAString) {
  const std::vector<std::pair<std::string_view, std::string_view>> payloads{
      {"", R"(,"s":""})"},
      {"hello", R"(,"s":"hello"})"},
      {"{\"a\":1", R"(,"s":"{\"a\":1"})"},
      {"a\nb\\\0"sv, R"(,"s":"a\nb\\\u0000"})"},
      {"\"\\udc0\"", R"(,"s":"\"\\udc0\""})"},
      {"1\0"sv, R"(,"s":"1\u0000"})"},
      {"\xf0\x9f\x98\x80", ",\"s\":\"\xf0\x9f\x98\x80\"}"},
  };
  for (const auto& [payload, expected] : payloads)
    EXPECT_EQ(written(message_kind::text, payload), expected);
}

TEST(ContentTest, BytesAreBase64) {
  const std::vector<std::pair<std::string_view, std::string_view>> payloads{
      {"", R"(,"b":""})"},
      {"\0\xff"sv, R"(,"b":"AP8="})"},
      {"{\"a\":1}", R"(,"b":"eyJhIjoxfQ=="})"},
      {"\xff\xff\xff", R"(,"b":"////"})"},
  };
  for (const auto& [payload, expected] : payloads)
    EXPECT_EQ(written(message_kind::binary, payload), expected);
}

TEST(PublicationTest, StartsWithItsTopic) {
  EXPECT_EQ(write_publication_start("news"), R"({"t":"news","o":)");
  EXPECT_EQ(write_publication_start("a\"b\\c"), R"({"t":"a\"b\\c","o":)");
}

TEST(PublicationTest, AllKindsAreReadAgain) {
  for (const std::string_view payload :
       {""sv, "1"sv, " {\"a\":1}\n"sv, "\"}\""sv, "}"sv, "\""sv, "\\"sv, "\\\""sv, ",\"d\":1}"sv,
        "hello"sv, "\0"sv, "a\0b\x1f\x7f"sv, "[1,2"sv, "\xed\x9f\xbf"sv, "\"\\ud800\""sv}) {
    expect_round_trip(message_kind::text, payload);
    expect_round_trip(message_kind::binary, payload);
  }
  expect_round_trip(message_kind::binary, "\xff\xfe\x80\xc3");
}

TEST(PublicationTest, BigAndDeepPayloadsAreReadAgain) {
  expect_round_trip(message_kind::text, std::string(100'000, '[') + std::string(100'000, ']'));
  expect_round_trip(message_kind::text, std::string(100'000, '['));
  expect_round_trip(message_kind::text, std::string(100'000, '"'));
  expect_round_trip(message_kind::binary, std::string(100'000, '\0'));
}

TEST(PublicationTest, RandomPayloadsAreReadAgain) {
  const std::vector<std::string_view> pieces{"{",
                                             "}",
                                             "[",
                                             "]",
                                             ",",
                                             ":",
                                             "\"",
                                             "\"a\"",
                                             "\\",
                                             "\\u0041",
                                             "1",
                                             "e9",
                                             "null",
                                             " ",
                                             "\n",
                                             "\0"sv,
                                             "\x1f",
                                             "x",
                                             "\xc3\xa9",
                                             "\xe2\x82\xac",
                                             "\xf0\x9f\x98\x80"};
  std::mt19937 random(test::base_seed());
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t i = random() % 20; i != 0; --i)
      text += pieces[random() % pieces.size()];
    expect_round_trip(message_kind::text, text);
    std::string bytes(random() % 100, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random() & 0xffU);
    expect_round_trip(message_kind::binary, bytes);
  }
}

TEST(PublicationTest, NoPartOfOneIsReadBehindItsEnd) {
  for (const auto kind : {message_kind::text, message_kind::binary}) {
    for (const std::string_view payload : {"[1]"sv, "a\"b"sv}) {
      const std::string whole = publication_of("a\\b", 17, kind, payload);
      for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<char> exact(whole.begin(),
                                      whole.begin() + static_cast<std::ptrdiff_t>(size));
        read_publication({exact.data(), exact.size()});
      }
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::protocol
