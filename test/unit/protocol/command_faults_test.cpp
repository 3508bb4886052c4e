#include "protocol/command_decoder.hpp"
#include "unit/protocol/described.hpp"
#include "wire/frame_encoder.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Frames that are no commands, and what their senders are told.

namespace broadcast_hub::protocol {
namespace {

using namespace std::string_view_literals;
using test::decoded;
using test::expect_decoded;

TEST(CommandFaultsTest, FramesThatAreNoObjects) {
  for (const std::string_view frame :
       {"1"sv, "[]"sv, "[{}]"sv, "\"sub\""sv, "true"sv, "null"sv, "[\"id\",1]"sv})
    EXPECT_EQ(decoded(frame), "0 error 101: a frame must be an object") << frame;
}

TEST(CommandFaultsTest, FramesThatAreNotJson) {
  expect_decoded({
      {"", "0 error 101: the frame is not JSON: there is no value, at byte 0"},
      {"hello", "0 error 101: the frame is not JSON: this is no value, at byte 0"},
      {"{}{}", "0 error 101: the frame is not JSON: something follows the value, at byte 2"},
      {"{}\0"sv, "0 error 101: the frame is not JSON: something follows the value, at byte 2"},
      {R"({"id":5,"pub":"a","d":nope})",
       "5 error 101: the frame is not JSON: this is no value, at byte 23"},
      {R"({"id":5,"pub":"a","x":1e999})",
       "5 error 101: the frame is not JSON: a number that is too large, at byte 22"},
  });
}

TEST(CommandFaultsTest, HalvesOfSurrogatePairs) {
  constexpr std::string_view half =
      " error 101: an escape that is half of a surrogate pair, at byte ";
  const std::vector<std::pair<std::string_view, std::string_view>> frames{
      {R"({"id":5,"pub":"\ud800","d":1})", "14"},
      {R"({"id":5,"pub":"a","d":1,"key":"\udc00"})", "30"},
      {R"({"id":5,"pub":"a","d":1,"x":["\udc00"]})", "29"},
      {R"({"id":5,"pub":"a","d":1,"\udc00":1})", "24"},
      {R"({"id":5,"sub":{"\ud800":{}}})", "15"},
      {R"({"id":5,"unsub":["\ud800"]})", "17"},
      {R"({"id":5,"x":{"s":"\ud800"}})", "17"},
  };
  for (const auto& [frame, byte] : frames)
    EXPECT_EQ(decoded(frame), "5" + std::string(half) + std::string(byte));
  expect_decoded({
      {R"({"id":5,"pub":"a","s":"\ud800"})",
       R"(5 error 101: s is "\\ud800"; it must be text without half of a surrogate pair)"},
      {R"({"s":"x\udc00"})",
       R"(0 error 101: s is "x\\udc00"; it must be text without half of a surrogate pair)"},
      {R"({"id":5,"sub":{"a":{}},"s":"\ud800"})",
       "5 error 101: a frame has one command, and this one has sub and s"},
  });
}

bool is_of_content(std::string_view frame) {
  command_decoder decoder({.max_json_depth = 3});
  const auto result = decoder.decode(frame);
  return std::get<command_fault>(result).of_content;
}

TEST(CommandFaultsTest, WhatACommandCarriesIsToldFromWhatIsNone) {
  for (const std::string_view frame :
       {R"({"id":5,"pub":"a","d":[[[[]]]]})"sv, R"({"msg":{"a":{"b":{"c":{}}}}})"sv,
        R"({"id":5,"pub":"a","s":"\ud800"})"sv, R"({"s":"\ud800"})"sv})
    EXPECT_TRUE(is_of_content(frame)) << frame;
  for (const std::string_view frame :
       {"1"sv, "{"sv, R"({"id":5,"pub":"a","d":[[[[})"sv, R"({"id":5,"pub":5,"d":[[[[]]]]})"sv,
        R"({"id":5,"pub":"\ud800","s":"\ud800"})"sv, R"({"pub":"a","s":5})"sv, R"({"id":8})"sv})
    EXPECT_FALSE(is_of_content(frame)) << frame;
}

TEST(CommandFaultsTest, Ids) {
  for (const std::string_view id :
       {"0"sv, "-1"sv, "-0"sv, "1.0"sv, "1e2"sv, "9007199254740993"sv, "18446744073709551617"sv,
        "99999999999999999999999999999999"sv, "\"1\""sv, "null"sv, "true"sv, "[1]"sv, "{}"sv}) {
    EXPECT_EQ(decoded("{\"id\":" + std::string(id) + ",\"presence\":\"a\"}"),
              "0 error 101: id is " + std::string(id) +
                  "; it must be an integer from 1 to 9007199254740992");
  }
}

TEST(CommandFaultsTest, TheIdIsToldWhereverItStands) {
  expect_decoded({
      {R"({"id":7,"presence":5})", "7 error 101: presence is 5; it must be the name of a topic"},
      {R"({"presence":5,"id":7})", "7 error 101: presence is 5; it must be the name of a topic"},
      {R"({"presence":5})", "0 error 101: presence is 5; it must be the name of a topic"},
      {R"({"id":7,"id":7,"presence":"a"})", "0 error 101: id is there twice"},
      {R"({"id":-7,"id":7,"presence":"a"})", "0 error 101: id is there twice"},
      {R"({"x":{"id":7},"presence":5})",
       "0 error 101: presence is 5; it must be the name of a topic"},
  });
}

TEST(CommandFaultsTest, UnknownCommands) {
  constexpr std::string_view reason =
      " error 102: none of sub, unsub, pub, presence, history and msg is there";
  for (const std::string_view frame :
       {R"({"id":8})"sv, R"({"id":8,"rpc":"x"})"sv, R"({"rpc":{"sub":{}},"id":8})"sv,
        R"({"id":8,"d":1})"sv, R"({"id":8,"Sub":{"a":{}}})"sv, R"({"id":8,"key":"x"})"sv})
    EXPECT_EQ(decoded(frame), "8" + std::string(reason)) << frame;
}

TEST(CommandFaultsTest, TwoCommandsInOneFrame) {
  const std::vector<std::string_view> commands{
      R"("sub":{"a":{}})", R"("unsub":["a"])", R"("presence":"a")", R"("history":"a")",
      R"("msg":1)",        R"("s":"x")",       R"("b":"")"};
  for (const std::string_view one : commands) {
    for (const std::string_view other : commands) {
      if (one == other)
        continue;
      const std::string frame = "{\"id\":3," + std::string(one) + "," + std::string(other) + "}";
      EXPECT_EQ(decoded(frame).substr(0, 34), "3 error 101: a frame has one comma") << frame;
    }
  }
  expect_decoded({
      {R"({"id":3,"pub":"a","sub":{"a":{}}})",
       "3 error 101: a frame has one command, and this one has sub and pub"},
      {R"({"id":3,"pub":"a","msg":1})",
       "3 error 101: a frame has one command, and this one has pub and msg"},
      {R"({"msg":1,"b":""})", "0 error 101: a frame has one command, and this one has msg and b"},
  });
}

TEST(CommandFaultsTest, MembersThatAreThereTwice) {
  for (const std::string_view member :
       {R"("sub":{})"sv, R"("unsub":[])"sv, R"("pub":"a")"sv, R"("presence":"a")"sv,
        R"("history":"a")"sv, R"("msg":1)"sv, R"("d":1)"sv, R"("s":"a")"sv, R"("b":"")"sv,
        R"("key":"a")"sv, R"("since":{})"sv, R"("limit":1)"sv}) {
    const std::string name(member.substr(1, member.find('"', 1) - 1));
    const std::string twice = std::string(member) + "," + std::string(member);
    EXPECT_EQ(decoded("{\"id\":2," + twice + "}"), "2 error 101: " + name + " is there twice");
  }
  expect_decoded({
      {R"({"sub":{"a":{}},"\u0073ub":{"b":{}}})", "0 error 101: sub is there twice"},
      {R"({"sub":{"a":{"e":"1","e":"1","o":1}}})", "0 error 101: sub.a.e is there twice"},
      {R"({"sub":{"a":{"o":1,"o":1,"e":"1"}}})", "0 error 101: sub.a.o is there twice"},
      {R"({"sub":{"a":{"last":1,"last":1}}})", "0 error 101: sub.a.last is there twice"},
      {R"({"sub":{"a":{"presence":true,"presence":true}}})",
       "0 error 101: sub.a.presence is there twice"},
      {R"({"sub":{"a":{},"b":{},"a":{}}})", "0 error 101: sub.a is there twice"},
      {R"({"history":"a","since":{"e":"1","o":1,"o":2}})", "0 error 101: since.o is there twice"},
  });
}

TEST(CommandFaultsTest, Subscriptions) {
  expect_decoded({
      {R"({"sub":"a"})", R"(0 error 101: sub is "a"; it must be an object)"},
      {R"({"sub":["a"]})", R"(0 error 101: sub is ["a"]; it must be an object)"},
      {R"({"sub":null})", "0 error 101: sub is null; it must be an object"},
      {R"({"id":1,"sub":{}})", "1 error 101: sub has no topic"},
      {R"({"sub":{"":{}}})", "0 error 101: sub has a topic without a name"},
      {R"({"sub":{"a":{},"b":true}})", "0 error 101: sub.b is true; it must be an object"},
      {R"({"sub":{"a":null}})", "0 error 101: sub.a is null; it must be an object"},
      {R"({"sub":{"a":[]}})", "0 error 101: sub.a is []; it must be an object"},
      {R"({"sub":{"a":{"e":"k9f2"}}})",
       "0 error 101: sub.a.e is there without o; both or neither must be"},
      {R"({"sub":{"a":{"o":1}}})",
       "0 error 101: sub.a.o is there without e; both or neither must be"},
      {R"({"sub":{"a":{"e":5,"o":1}}})",
       "0 error 101: sub.a.e is 5; it must be an epoch as the server sent it"},
      {R"({"sub":{"a":{"e":"K9","o":1}}})",
       R"(0 error 101: sub.a.e is "K9"; it must be an epoch as the server sent it)"},
      {R"({"sub":{"a":{"e":"","o":1}}})",
       R"(0 error 101: sub.a.e is ""; it must be an epoch as the server sent it)"},
      {R"({"sub":{"a":{"e":"1","o":-1}}})",
       "0 error 101: sub.a.o is -1; it must be an integer from 0 to 9007199254740992"},
      {R"({"sub":{"a":{"e":"1","o":9007199254740993}}})",
       "0 error 101: sub.a.o is 9007199254740993; it must be an integer from 0 to "
       "9007199254740992"},
      {R"({"sub":{"a":{"e":"1","o":"1"}}})",
       R"(0 error 101: sub.a.o is "1"; it must be an integer from 0 to 9007199254740992)"},
      {R"({"sub":{"a":{"last":10001}}})",
       "0 error 101: sub.a.last is 10001; it must be an integer from 0 to 10000"},
      {R"({"sub":{"a":{"last":1.5}}})",
       "0 error 101: sub.a.last is 1.5; it must be an integer from 0 to 10000"},
      {R"({"sub":{"a":{"last":null}}})",
       "0 error 101: sub.a.last is null; it must be an integer from 0 to 10000"},
      {R"({"sub":{"a":{"presence":1}}})",
       "0 error 101: sub.a.presence is 1; it must be true or false"},
      {R"({"sub":{"a":{"presence":"true"}}})",
       R"(0 error 101: sub.a.presence is "true"; it must be true or false)"},
      {R"({"sub":{"a.b":{"last":-1}}})",
       "0 error 101: sub.a.b.last is -1; it must be an integer from 0 to 10000"},
  });
}

TEST(CommandFaultsTest, OtherCommands) {
  expect_decoded({
      {R"({"unsub":"a"})", R"(0 error 101: unsub is "a"; it must be an array)"},
      {R"({"unsub":{"a":{}}})", R"(0 error 101: unsub is {"a":{}}; it must be an array)"},
      {R"({"unsub":[]})", "0 error 101: unsub has no topic"},
      {R"({"unsub":["a",1]})", "0 error 101: unsub[] is 1; it must be the name of a topic"},
      {R"({"unsub":[["a"]]})", R"(0 error 101: unsub[] is ["a"]; it must be the name of a topic)"},
      {R"({"unsub":[""]})", R"(0 error 101: unsub[] is ""; it must be the name of a topic)"},
      {R"({"pub":1,"d":1})", "0 error 101: pub is 1; it must be the name of a topic"},
      {R"({"pub":"","d":1})", R"(0 error 101: pub is ""; it must be the name of a topic)"},
      {R"({"pub":{},"d":1})", "0 error 101: pub is {}; it must be the name of a topic"},
      {R"({"pub":"a"})", "0 error 101: exactly one of d, s and b must be there"},
      {R"({"pub":"a","d":1,"s":"x"})", "0 error 101: exactly one of d, s and b must be there"},
      {R"({"pub":"a","s":"x","b":""})", "0 error 101: exactly one of d, s and b must be there"},
      {R"({"pub":"a","d":1,"s":"x","b":""})",
       "0 error 101: exactly one of d, s and b must be there"},
      {R"({"pub":"a","s":1})", "0 error 101: s is 1; it must be a string"},
      {R"({"pub":"a","s":null})", "0 error 101: s is null; it must be a string"},
      {R"({"pub":"a","b":1})", "0 error 101: b is 1; it must be a string in base64 with padding"},
      {R"({"pub":"a","b":"AP8"})",
       R"(0 error 101: b is "AP8"; it must be a string in base64 with padding)"},
      {R"({"pub":"a","b":"AP9="})",
       R"(0 error 101: b is "AP9="; it must be a string in base64 with padding)"},
      {R"({"pub":"a","b":"A P8="})",
       R"(0 error 101: b is "A P8="; it must be a string in base64 with padding)"},
      {R"({"pub":"a","d":1,"key":""})",
       R"(0 error 101: key is ""; it must be a string of 1 to 128 bytes)"},
      {R"({"pub":"a","d":1,"key":5})", "0 error 101: key is 5; it must be a string"},
      {R"({"presence":true})", "0 error 101: presence is true; it must be the name of a topic"},
      {R"({"presence":""})", R"(0 error 101: presence is ""; it must be the name of a topic)"},
      {R"({"history":[]})", "0 error 101: history is []; it must be the name of a topic"},
      {R"({"history":"a","last":0})",
       "0 error 101: last is 0; it must be an integer from 1 to 1000"},
      {R"({"history":"a","last":1001})",
       "0 error 101: last is 1001; it must be an integer from 1 to 1000"},
      {R"({"id":5,"history":"a","last":1,"limit":1})",
       "5 error 101: last must be alone: without since and limit"},
      {R"({"id":5,"history":"a","last":1,"since":{"e":"k9f2","o":1}})",
       "5 error 101: last must be alone: without since and limit"},
      {R"({"history":"a","limit":0})",
       "0 error 101: limit is 0; it must be an integer from 1 to 1000"},
      {R"({"history":"a","limit":1001})",
       "0 error 101: limit is 1001; it must be an integer from 1 to 1000"},
      {R"({"history":"a","since":1})",
       "0 error 101: since is 1; it must be an object with e and o"},
      {R"({"history":"a","since":{}})",
       "0 error 101: since is {}; it must be an object with e and o"},
      {R"({"history":"a","since":{"e":"1"}})",
       "0 error 101: since.e is there without o; both or neither must be"},
      {R"({"history":"a","since":{"e":"1","o":null}})",
       "0 error 101: since.o is null; it must be an integer from 0 to 9007199254740992"},
      {R"({"s":5})", "0 error 101: s is 5; it must be a string"},
      {R"({"b":"?"})", R"(0 error 101: b is "?"; it must be a string in base64 with padding)"},
      {R"({"s":"x","b":""})", "0 error 101: a frame has one command, and this one has s and b"},
  });
}

TEST(CommandFaultsTest, TooManyTopics) {
  std::string topics = "\"t\"";
  std::string entries = "\"t\":{}";
  for (int i = 1; i <= 1000; ++i) {
    topics += ",\"t\"";
    entries += ",\"t" + std::to_string(i) + "\":{}";
  }
  EXPECT_EQ(decoded("{\"id\":1,\"sub\":{" + entries + "}}"),
            "1 error 107: sub has more than 1000 topics");
  EXPECT_EQ(decoded("{\"id\":1,\"unsub\":[" + topics + "]}"),
            "1 error 107: unsub has more than 1000 topics");
}

TEST(CommandFaultsTest, KeysThatAreTooLong) {
  EXPECT_EQ(decoded(R"({"pub":"a","d":1,"key":")" + std::string(129, 'k') + "\"}"),
            "0 error 101: key is \"" + std::string(39, 'k') +
                "...; it must be a string of 1 to 128 bytes");
}

TEST(CommandFaultsTest, HostileNestingAndNumbersOfValues) {
  const std::string deep = std::string(100'000, '[');
  EXPECT_EQ(decoded(R"({"id":4,"pub":"a","x":)" + deep),
            "4 error 101: the frame is not JSON: more than 32 values in one another, at byte 53");
  EXPECT_EQ(decoded(R"({"id":4,"pub":"a","d":)" + deep),
            "4 error 101: the frame is not JSON: this is no value, at byte 100022");
  std::string many = "[0";
  for (int i = 0; i < 10'000; ++i)
    many += ",0";
  EXPECT_EQ(decoded(R"({"id":4,"pub":"a","x":)" + many + "]}").substr(0, 58),
            "4 error 101: the frame is not JSON: more than 10000 values");
}

TEST(CommandFaultsTest, PayloadsThatAreTooDeep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(decoded(R"({"pub":"a","d":)" + nested(513) + R"(,"id":4})"),
            "4 error 101: d has 513 values in one another; limits.max_json_depth is 512");
  EXPECT_EQ(decoded(R"({"msg":)" + nested(100'000) + "}"),
            "0 error 101: msg has 100000 values in one another; limits.max_json_depth is 512");
  command_decoder shallow({.max_json_depth = 1});
  EXPECT_EQ(decoded(shallow, R"({"msg":[1]})"), "0 message text [1]");
  EXPECT_EQ(decoded(shallow, R"({"msg":[{}]})"),
            "0 error 101: msg has 2 values in one another; limits.max_json_depth is 1");
}

TEST(CommandFaultsTest, ReasonsShowWhatPeersSentCutAndPrintable) {
  expect_decoded({
      {"{\"id\":1,\"sub\":{\"a\\nb\\u202e\":\"\xe2\x80\xae\\n\"}}",
       "1 error 101: sub.a\\nb\\xe2\\x80\\xae is \"\\xe2\\x80\\xae\\\\n\"; it must be an object"},
      {"{\"presence\":[\"\xc3\xa9\xc3\xa9\",\n1]}",
       "0 error 101: presence is [\"\xc3\xa9\xc3\xa9\",\\n1]; it must be the name of a topic"},
  });
  const std::string huge(50'000, 'x');
  EXPECT_EQ(decoded("{\"sub\":{\"" + huge + "\":{\"last\":\"" + huge + "\"}}}"),
            "0 error 101: sub." + huge.substr(0, 40) + "....last is \"" + huge.substr(0, 39) +
                "...; it must be an integer from 0 to 10000");
}

TEST(CommandFaultsTest, NoBeginningOfAFrameIsACommand) {
  for (const std::string_view whole :
       {R"({"id":123,"sub":{"news":{"e":"k9f2","o":41,"last":10},"chat":{"presence":true}}})"sv,
        R"({"unsub":["chat","news"],"id":123})"sv,
        R"({"id":123,"pub":"chat","d":{"a":[1,"\u00e9\ud83d\ude00",null]},"key":"uuid"})"sv,
        R"({"id":123,"pub":"chat","b":"AP8="})"sv,
        R"({"id":123,"history":"news","since":{"e":"k9f2","o":10},"limit":100})"sv}) {
    ASSERT_EQ(decoded(whole).substr(0, 4), "123 ");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::vector<char> exact(whole.begin(),
                                    whole.begin() + static_cast<std::ptrdiff_t>(size));
      command_decoder decoder;
      const auto result = decoder.decode({exact.data(), exact.size()});
      const auto* fault = std::get_if<command_fault>(&result);
      ASSERT_NE(fault, nullptr) << whole.substr(0, size);
      EXPECT_EQ(fault->code, error_code::malformed);
      EXPECT_TRUE(fault->id == 0 || fault->id == 123) << whole.substr(0, size);
      EXPECT_FALSE(fault->reason.empty());
    }
  }
}

TEST(CommandFaultsTest, NoChangedByteIsTakenForAnotherId) {
  constexpr std::string_view whole = R"({"id":5,"sub":{"a":{"e":"k9","o":41,"presence":true}}})";
  command_decoder decoder;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 0x80; ++value) {
      std::string frame(whole);
      frame[at] = static_cast<char>(value);
      const auto result = decoder.decode(frame);
      const std::uint64_t id = std::visit([](const auto& any) { return any.id; }, result);
      EXPECT_TRUE(at == 6 || id == 5 || id == 0 || (at == 7 && id / 10 == 5)) << frame;
      const auto* fault = std::get_if<command_fault>(&result);
      EXPECT_TRUE(fault == nullptr || wire::is_valid_utf8(fault->reason)) << frame;
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::protocol
