#include "protocol/json.hpp"
#include "support/base_seed.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What is JSON (RFC 8259) and what is not: a document, `is_json` and RapidJSON must agree on it,
// but for numbers that no `double` can hold, which `is_json` takes, and halves of surrogate pairs.

namespace broadcast_hub::protocol {
namespace {

using namespace std::string_view_literals;

bool is_exception(rapidjson::ParseErrorCode code) {
  return code == rapidjson::kParseErrorNumberTooBig ||
         code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid;
}

/// Looks at a copy of just its size, so that AddressSanitizer sees a read behind it.
bool all_read(std::string_view text) {
  const std::vector<char> copy(text.begin(), text.end());
  const std::string_view exact(copy.data(), copy.size());
  const bool read = is_json(exact);
  json_document document;
  const std::string wrong = document.parse(exact);
  EXPECT_TRUE(read == wrong.empty() || wrong.starts_with("a number that is too large"))
      << text.substr(0, 100) << ": " << wrong;
  rapidjson::MemoryStream stream(exact.data(), exact.size());
  rapidjson::Reader reference;
  rapidjson::BaseReaderHandler<> ignored;
  const auto result = reference.Parse<rapidjson::kParseIterativeFlag>(stream, ignored);
  if (!is_exception(result.Code())) {
    EXPECT_EQ(read, !result.IsError() && stream.Tell() == exact.size()) << text.substr(0, 100);
  }
  return read;
}

bool document_reads(std::string_view text) {
  json_document document;
  return document.parse(text).empty();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonSyntaxTest, TheseAreJson) {
  for (const std::string_view text : {"{}"sv,
                                      "[]"sv,
                                      "0"sv,
                                      "-0"sv,
                                      "-1"sv,
                                      "10"sv,
                                      "0.0"sv,
                                      "1.50"sv,
                                      "-0.1e-1"sv,
                                      "1e5"sv,
                                      "1E+05"sv,
                                      "123456789012345678901234567890"sv,
                                      "1e308"sv,
                                      "1e-400"sv,
                                      "0.00000000000000000000000000000000000001"sv,
                                      "9007199254740993"sv,
                                      "18446744073709551616"sv,
                                      "-9223372036854775809"sv,
                                      "1e-99999999999999999999"sv,
                                      "\"\""sv,
                                      "\"\\u0000\""sv,
                                      "\"\\/\""sv,
                                      "\"\x7f\""sv,
                                      "\"\xc2\x80\""sv,
                                      "\"\\ud83d\\ude00\""sv,
                                      "true"sv,
                                      "false"sv,
                                      "null"sv,
                                      " \t\r\n0\n\r\t "sv,
                                      "{\"\":{\"\":[]}}"sv,
                                      "{\"a\":1,\"a\":2}"sv,
                                      "[1,\"\",null,{},[]]"sv,
                                      "{\r\n\"a\"\t:\n[ ] }"sv}) {
    EXPECT_TRUE(all_read(text)) << text;
  }
}

TEST(JsonSyntaxTest, TheseAreNot) {
  for (const std::string_view text : {""sv,
                                      " "sv,
                                      "\0"sv,
                                      "x"sv,
                                      "'a'"sv,
                                      "True"sv,
                                      "NaN"sv,
                                      "Infinity"sv,
                                      "-Infinity"sv,
                                      "nul"sv,
                                      "nulll"sv,
                                      "truefalse"sv,
                                      "undefined"sv,
                                      "01"sv,
                                      "-"sv,
                                      "+1"sv,
                                      ".5"sv,
                                      "1."sv,
                                      "1.e1"sv,
                                      "1e"sv,
                                      "1e+"sv,
                                      "--1"sv,
                                      "0x10"sv,
                                      "1 2"sv,
                                      "1,"sv,
                                      "1e5.0"sv,
                                      "-a"sv,
                                      "1_000"sv,
                                      "["sv,
                                      "]"sv,
                                      "[}"sv,
                                      "[1"sv,
                                      "[1,"sv,
                                      "[1,]"sv,
                                      "[,1]"sv,
                                      "[,]"sv,
                                      "[1;2]"sv,
                                      "[1]]"sv,
                                      "{"sv,
                                      "}"sv,
                                      "{]"sv,
                                      "{\"a\""sv,
                                      "{\"a\":"sv,
                                      "{\"a\":}"sv,
                                      "{\"a\":1"sv,
                                      "{\"a\":1,"sv,
                                      "{\"a\":1,}"sv,
                                      "{,}"sv,
                                      "{a:1}"sv,
                                      "{'a':1}"sv,
                                      "{1:1}"sv,
                                      "{\"a\" 1}"sv,
                                      "{\"a\"::1}"sv,
                                      "{\"a\",1}"sv,
                                      "{null:1}"sv,
                                      "{\"a\":1}}"sv,
                                      "\""sv,
                                      "\"a"sv,
                                      "\"a\\\""sv,
                                      "\"a\\"sv,
                                      "\"\\u12\""sv,
                                      "\"\\u123g\""sv,
                                      "\"\\a\""sv,
                                      "\"\\U0041\""sv,
                                      "\"\n\""sv,
                                      "\"\t\""sv,
                                      "\"\x1f\""sv,
                                      "\"\0\""sv,
                                      "\"a\"b"sv,
                                      "// a comment\n1"sv,
                                      "/* one */ 1"sv,
                                      "1 // one"sv,
                                      "\xef\xbb\xbf{}"sv,
                                      "\f1"sv,
                                      "\xc2\xa0{}"sv,
                                      "{}\0"sv,
                                      "1\0"sv,
                                      "\0{}"sv,
                                      "[\0]"sv,
                                      "[1\0]"sv,
                                      "{\"a\"\0:1}"sv,
                                      "{}\0{}"sv,
                                      "{} {}"sv}) {
    EXPECT_FALSE(all_read(text)) << text;
  }
}

TEST(JsonSyntaxTest, NoBeginningOfATextIsOne) {
  constexpr std::string_view whole =
      R"({"a":[1,-2.5e+3,true,false,null,"b\n\u00e9\ud83d\ude00"],"c":{"d":{},"e":[]}})";
  ASSERT_TRUE(all_read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(all_read(whole.substr(0, size))) << whole.substr(0, size);
}

TEST(JsonSyntaxTest, HalvesOfSurrogatePairsAreJson) {
  for (const std::string_view text :
       {"\"\\ud800\""sv, "\"\\udbff\""sv, "\"\\udc00\""sv, "\"\\udfff\""sv, "\"\\ud800\\ud800\""sv,
        "\"\\ud800x\""sv, "\"\\ud800\\n\""sv, "\"\\udc00\\ud800\""sv, "\"\\ud800\\u0041\""sv,
        "{\"\\udc00\":1}"sv, "{\"\\ud800\":1}"sv}) {
    EXPECT_TRUE(all_read(text)) << text;
  }
}

TEST(JsonSyntaxTest, NumbersAreJsonHoweverLargeAndCommandsTakeWhatADoubleCanHold) {
  const std::string many(100'000, '9');
  const std::string digits(307, '9');
  for (const std::string& number :
       {std::string("1e308"), std::string("1.79e308"), std::string("0.179e309"),
        std::string("17.9E+307"), "1" + digits + ".9", "0." + many,
        "0." + std::string(100'000, '0'), "1e-" + many, "1e" + std::string(100'000, '0') + "1",
        "0." + std::string(400, '0') + "1e700"}) {
    EXPECT_TRUE(all_read(number)) << number.substr(0, 40);
    EXPECT_TRUE(document_reads("[-" + number + "]")) << number.substr(0, 40);
  }
  for (const std::string& number :
       {std::string("1.8e308"), std::string("1e309"), std::string("0.18e309"),
        std::string("2E+308"), std::string("1e999"), "18" + digits, "1" + digits + "99",
        "1e" + many, many, std::string("0.001e99999999999999999999"),
        "0." + std::string(400, '0') + "1e710", "17" + digits, std::string("0e999")}) {
    EXPECT_TRUE(all_read(number)) << number.substr(0, 40);
    EXPECT_FALSE(document_reads("[-" + number + "]")) << number.substr(0, 40);
  }
}

TEST(JsonSyntaxTest, PayloadsMayBeNestedAsDeepAsTheyLike) {
  for (const std::size_t depth : {33U, 1000U, 1'000'000U}) {
    EXPECT_TRUE(is_json(nested(depth))) << depth;
    EXPECT_FALSE(is_json(nested(depth).substr(1))) << depth;
    EXPECT_FALSE(is_json(nested(depth) + "]")) << depth;
    EXPECT_FALSE(is_json(std::string(depth, '['))) << depth;
  }
  std::string objects;
  for (int i = 0; i < 100'000; ++i)
    objects += "{\"a\":";
  EXPECT_FALSE(is_json(objects));
  EXPECT_TRUE(is_json(objects + "0" + std::string(100'000, '}')));
}

TEST(JsonSyntaxTest, PayloadsMayHaveAnyNumberOfValues) {
  std::string text = "[0";
  for (int i = 0; i < 100'000; ++i)
    text += ",0";
  EXPECT_FALSE(is_json(text));
  EXPECT_TRUE(is_json(text + "]"));
}

TEST(JsonSyntaxTest, RandomPiecesOfJsonAreReadAlike) {
  const std::vector<std::string_view> pieces{
      "{", "}",  "[",  "]",    ",",    ":", "\"a\"", "\"\\udc00\"", "\"\\u0041",    "\"",  "1",
      "-", ".5", "e3", "true", "null", " ", "\n",    "\\",          "\xed\x9f\xbf", "\0"sv};
  std::mt19937 random(test::base_seed());
  std::uniform_int_distribution<std::size_t> any(0, pieces.size() - 1);
  std::size_t read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = 0, count = 1 + any(random) % 8; i < count; ++i)
      text += pieces[any(random)];
    read += all_read(text) ? 1 : 0;
  }
  EXPECT_GT(read, 100U);
}

TEST(JsonNumberTest, IntegersAreToldOfNumbersThatAreWrittenAsSuch) {
  constexpr std::uint64_t none = json_document::no_integer;
  const std::vector<std::pair<std::string_view, std::uint64_t>> texts{
      {"0", 0},
      {"4294967296", 4294967296},
      {"9007199254740993", 9007199254740993},
      {"18446744073709551614", 18446744073709551614U},
      {"18446744073709551616", none},
      {"-0", none},
      {"-1", none},
      {"-4294967296", none},
      {"1.0", none},
      {"1e2", none},
      {"\"1\"", none},
      {"true", none},
  };
  json_document document;
  for (const auto& [text, expected] : texts) {
    ASSERT_EQ(document.parse(text), "") << text;
    EXPECT_EQ(document.values().front().integer, expected) << text;
  }
}

TEST(JsonStringTest, OnlyWhatMustBeIsEscaped) {
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {"", R"("")"},
      {"plain / text", R"("plain / text")"},
      {"\"", R"("\"")"},
      {"\\", R"("\\")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {"\0\x01\x1f\x7f"sv, "\"\\u0000\\u0001\\u001f\x7f\""},
      {"\xc3\xa9\xf0\x9f\x98\x80", "\"\xc3\xa9\xf0\x9f\x98\x80\""},
  };
  for (const auto& [text, expected] : texts) {
    std::string out = "before ";
    append_json_string(out, text);
    EXPECT_EQ(out, "before " + std::string(expected));
  }
}

TEST(JsonStringTest, WhatMustBeEscapedIsSeenAtEveryPlace) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string one(1, static_cast<char>(c));
    std::string escaped;
    append_json_string(escaped, one);
    for (std::size_t place = 0; place < 24; ++place) {
      const std::string before(place, '\x7f');
      std::string out;
      append_json_string(out, before + one + "!#[] \xc3\xbf");
      ASSERT_EQ(out, '"' + before + escaped.substr(1, escaped.size() - 2) + "!#[] \xc3\xbf\"")
          << "character " << c << " at " << place;
    }
  }
}

TEST(JsonStringTest, StringsHaveCharactersWhereTheyAreUnicode) {
  const std::vector<std::pair<std::string_view, std::optional<std::string_view>>> texts{
      {R"("")", ""},
      {R"("plain / text")", "plain / text"},
      {R"("a\/\u0041")", "a/A"},
      {R"("\\ud800")", R"(\ud800)"},
      {R"("\ud800")", std::nullopt},
      {"1", std::nullopt},
      {"{}", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, expected] : texts) {
    std::string held;
    EXPECT_EQ(unquote(text, held), expected) << text;
  }
}

TEST(JsonStringTest, EveryCharacterComesBack) {
  std::string text;
  for (int c = 0; c < 0x80; ++c)
    text += static_cast<char>(c);
  text += "\xc2\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf";
  ASSERT_TRUE(wire::is_valid_utf8(text));
  for (std::size_t from = 0; from < 0x80; ++from) {
    std::string quoted;
    append_json_string(quoted, std::string_view(text).substr(from));
    json_document document;
    ASSERT_EQ(document.parse(quoted), "") << quoted;
    EXPECT_EQ(document.text_of(document.values().front()), std::string_view(text).substr(from));
  }
}

}  // namespace
}  // namespace broadcast_hub::protocol
