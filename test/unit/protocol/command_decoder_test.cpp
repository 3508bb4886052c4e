#include "protocol/command_decoder.hpp"

#include "unit/protocol/described.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What is no command is in command_faults_test.cpp.

namespace broadcast_hub::protocol {
namespace {

using namespace std::string_view_literals;
using test::decoded;
using test::expect_decoded;

TEST(CommandDecoderTest, Pongs) {
  expect_decoded({{"{}", "0 pong"}, {" {\n} ", "0 pong"}, {R"({"new":[1]})", "0 pong"}});
}

TEST(CommandDecoderTest, Ids) {
  expect_decoded({
      {R"({"id":1,"presence":"a"})", "1 presence <a>"},
      {R"({"presence":"a","id":2})", "2 presence <a>"},
      {R"({ "id" : 42 , "presence" : "a" })", "42 presence <a>"},
      {R"({"id":9007199254740992,"presence":"a"})", "9007199254740992 presence <a>"},
      {R"({"presence":"a"})", "0 presence <a>"},
      {R"({"\u0069d":3,"pres\u0065nce":"\u0061"})", "3 presence <a>"},
  });
}

TEST(CommandDecoderTest, Subscriptions) {
  expect_decoded({
      {R"({"id":1,"sub":{"news":{}}})", "1 sub <news>"},
      {R"({"id":1,"sub":{"news":{"e":"k9f2","o":41},"chat":{}}})",
       "1 sub <news at k9f2:41> <chat>"},
      {R"({"id":1,"sub":{"z":{},"a":{},"m":{}}})", "1 sub <z> <a> <m>"},
      {R"({"id":1,"sub":{"a":{"o":0,"e":"0"}}})", "1 sub <a at 0:0>"},
      {R"({"id":1,"sub":{"a":{"e":"3w5e11264sgsf","o":9007199254740992}}})",
       "1 sub <a at 3w5e11264sgsf:9007199254740992>"},
      {R"({"id":1,"sub":{"a":{"last":10}}})", "1 sub <a last 10>"},
      {R"({"id":1,"sub":{"a":{"last":0},"b":{"last":10000}}})", "1 sub <a> <b last 10000>"},
      {R"({"id":1,"sub":{"a":{"presence":true},"b":{"presence":false}}})",
       "1 sub <a presence> <b>"},
      {R"({"id":1,"sub":{"a":{"presence":true,"last":3,"o":5,"e":"x"}}})",
       "1 sub <a at x:5 last 3 presence>"},
      {R"({"id":1,"sub":{"orders.*.>":{"presence":true}}})", "1 sub <orders.*.> presence>"},
      {R"({"id":1,"sub":{"a":{"new":{"e":1},"key":2,"limit":-1}}})", "1 sub <a>"},
      {R"({"sub":{"a":{}},"id":7})", "7 sub <a>"},
      {R"({"sub":{"\"\\\u00e9\n":{}}})", "0 sub <\"\\\xc3\xa9\n>"},
      // Members of the frame and of an entry do not meet.
      {R"({"id":1,"sub":{"id":{},"sub":{},"e":{"e":"1","o":1}}})", "1 sub <id> <sub> <e at 1:1>"},
  });
}

TEST(CommandDecoderTest, EndsOfSubscriptions) {
  expect_decoded({
      {R"({"id":2,"unsub":["chat"]})", "2 unsub <chat>"},
      {R"({"id":2,"unsub":["b","a","b"]})", "2 unsub <b> <a> <b>"},
      {R"({"unsub":[ "a.*" , ">" ]})", "0 unsub <a.*> <>>"},
  });
}

TEST(CommandDecoderTest, Publications) {
  expect_decoded({
      {R"({"id":3,"pub":"chat","d":{"a":1},"key":"uuid"})",
       R"(3 pub <chat> text {"a":1} key uuid)"},
      {R"({"pub":"chat","d":null})", "0 pub <chat> text null"},
      {R"({"pub":"chat","d":0})", "0 pub <chat> text 0"},
      {R"({"pub":"chat","d":"text"})", R"(0 pub <chat> text "text")"},
      {R"({"pub":"chat","s":""})", "0 pub <chat> text "},
      {R"({"pub":"chat","s":"a\n\"b\""})", "0 pub <chat> text a\n\"b\""},
      {R"({"s":"a","pub":"chat"})", "0 pub <chat> text a"},
      {R"({"pub":"chat","b":""})", "0 pub <chat> binary "},
      {R"({"pub":"chat","b":"AP8="})", "0 pub <chat> binary \0\xff"sv},
      {R"({"b":"YQ==","id":4,"pub":"chat"})", "4 pub <chat> binary a"},
  });
}

TEST(CommandDecoderTest, TheBytesOfJsonAreKept) {
  for (const std::string_view json :
       {"1.50"sv, "1E2"sv, "-0"sv, "123456789012345678901234567890"sv, "\"\\u0041\\/\""sv,
        "[ 1 ,\t2 ]"sv, "{ \"b\" : 1,\n \"a\" : 2, \"a\" : 3 }"sv, "[[],{}]"sv,
        "\"\xf0\x9f\x98\x80\""sv}) {
    for (const std::string_view blank : {"", " ", "\r\n\t"}) {
      const std::string member =
          std::string(blank) + ":" + std::string(blank) + std::string(json) + std::string(blank);
      EXPECT_EQ(decoded("{\"pub\":\"a\",\"d\"" + member + "}"),
                "0 pub <a> text " + std::string(json));
      EXPECT_EQ(decoded("{\"msg\"" + member + ",\"id\":1}"), "1 message text " + std::string(json));
    }
  }
}

TEST(CommandDecoderTest, OnlySizeSyntaxAndDepthCountInPayloads) {
  std::string many = "[1";
  for (int i = 0; i < 10'000; ++i)
    many += ",1";
  many += "]";
  for (const std::string& json :
       {std::string("1e999"), std::string("[-1E+400]"), std::string(R"("\ud83d")"),
        std::string(R"({"\ude00":["\ud83d\ud83d"]})"), many,
        std::string(512, '[') + std::string(512, ']')}) {
    EXPECT_EQ(decoded(R"({"id":1,"pub":"a","d":)" + json + "}"), "1 pub <a> text " + json);
    EXPECT_EQ(decoded(R"({"msg":)" + json + "}"), "0 message text " + json);
  }
}

TEST(CommandDecoderTest, Keys) {
  const std::string longest(128, 'k');
  EXPECT_EQ(decoded(R"({"pub":"a","d":1,"key":")" + longest + "\"}"),
            "0 pub <a> text 1 key " + longest);
  expect_decoded({{R"({"pub":"a","d":1,"key":"\u0020"})", "0 pub <a> text 1 key  "}});
}

TEST(CommandDecoderTest, Presence) {
  expect_decoded({{R"({"id":4,"presence":"chat"})", "4 presence <chat>"}});
}

TEST(CommandDecoderTest, Histories) {
  expect_decoded({
      {R"({"id":5,"history":"news"})", "5 history <news> limit 100"},
      {R"({"id":5,"history":"news","last":5})", "5 history <news> last 5"},
      {R"({"id":5,"history":"news","limit":1})", "5 history <news> limit 1"},
      {R"({"id":5,"history":"news","limit":1000})", "5 history <news> limit 1000"},
      {R"({"id":5,"history":"news","since":{"e":"k9f2","o":10},"limit":7})",
       "5 history <news> at k9f2:10 limit 7"},
      {R"({"id":5,"since":{"o":0,"e":"0","new":1},"history":"news"})",
       "5 history <news> at 0:0 limit 100"},
  });
}

TEST(CommandDecoderTest, Messages) {
  expect_decoded({
      {R"({"msg":{"a":1}})", R"(0 message text {"a":1})"},
      {R"({"msg":null})", "0 message text null"},
      {R"({"msg":"text"})", R"(0 message text "text")"},
      {R"({"s":"text"})", "0 message text text"},
      {R"({"b":"AAE="})", "0 message binary \0\1"sv},
      {R"({"id":6,"s":""})", "6 message text "},
  });
}

TEST(CommandDecoderTest, MembersOfOtherCommandsAreIgnored) {
  expect_decoded({
      {R"({"presence":"a","d":1,"key":5,"since":false,"limit":"x"})", "0 presence <a>"},
      {R"({"msg":1,"d":2})", "0 message text 1"},
      {R"({"pub":"a","d":1,"e":1,"o":"x","last":null,"topic":{}})", "0 pub <a> text 1"},
  });
}

TEST(CommandDecoderTest, AsManyTopicsAsMayBe) {
  std::string sub;
  std::string unsub;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "\"t" + std::to_string(i) + "\"";
    sub += (i == 0 ? "" : ",") + name + ":{\"last\":1}";
    unsub += (i == 0 ? "" : ",") + name;
  }
  command_decoder decoder;
  const auto subscribed = decoder.decode("{\"id\":1,\"sub\":{" + sub + "}}");
  ASSERT_TRUE(std::holds_alternative<command>(subscribed));
  EXPECT_EQ(std::get<subscribe_command>(std::get<command>(subscribed).what).topics.size(), 1000U);
  const auto ended = decoder.decode("{\"id\":1,\"unsub\":[" + unsub + "]}");
  ASSERT_TRUE(std::holds_alternative<command>(ended));
  EXPECT_EQ(std::get<unsubscribe_command>(std::get<command>(ended).what).topics.size(), 1000U);
}

TEST(CommandDecoderTest, LimitsCanBeSet) {
  command_decoder decoder({.max_topics = 2, .max_key_bytes = 3});
  EXPECT_EQ(decoded(decoder, R"({"sub":{"a":{},"b":{}}})"), "0 sub <a> <b>");
  EXPECT_EQ(decoded(decoder, R"({"sub":{"a":{},"b":{},"c":{}}})"),
            "0 error 107: sub has more than 2 topics");
  EXPECT_EQ(decoded(decoder, R"({"pub":"a","d":1,"key":"abc"})"), "0 pub <a> text 1 key abc");
  EXPECT_EQ(decoded(decoder, R"({"pub":"a","d":1,"key":"abcd"})"),
            R"(0 error 101: key is "abcd"; it must be a string of 1 to 3 bytes)");
}

}  // namespace
}  // namespace broadcast_hub::protocol
