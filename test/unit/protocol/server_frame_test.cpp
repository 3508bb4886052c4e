#include "protocol/server_frame.hpp"

#include "protocol/json.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace broadcast_hub::protocol {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr position somewhere{945'326, 44};

TEST(ServerFrameTest, Hello) {
  EXPECT_EQ(write_hello({"c\"1", 25s, 500ms, 20s, "1.0.0"}),
            R"({"hello":{"cid":"c\"1","ping":25000,"retry":[500,20000],"v":"1.0.0"}})");
  EXPECT_EQ(write_hello({"c1", 25s, 500ms, 20s, "1", 1024}),
            R"({"hello":{"cid":"c1","ping":25000,"retry":[500,20000],"max":1024,"v":"1"}})");
  EXPECT_EQ(
      write_hello({"c1", 25s, 500ms, 20s, "1", 1024, 0ms}),
      R"({"hello":{"cid":"c1","ping":25000,"retry":[500,20000],"max":1024,"window":0,"v":"1"}})");
  EXPECT_EQ(write_hello({"", 0ms, 0ms, 0ms, ""}),
            R"({"hello":{"cid":"","ping":0,"retry":[0,0],"v":""}})");
}

TEST(ServerFrameTest, Subscribed) {
  subscribed said{.id = 1, .topic = "news", .reached = somewhere};
  EXPECT_EQ(write_subscribed(said), R"({"id":1,"sub":"news","e":"k9f2","o":44,"n":0})");
  said.replayed = 3;
  EXPECT_EQ(write_subscribed(said), R"({"id":1,"sub":"news","e":"k9f2","o":44,"n":3})");
  said.asked = true;
  EXPECT_EQ(write_subscribed(said), R"({"id":1,"sub":"news","e":"k9f2","o":44,"rec":true,"n":3})");
  said.skipped = skips::latest;
  EXPECT_EQ(write_subscribed(said),
            R"({"id":1,"sub":"news","e":"k9f2","o":44,"rec":true,"n":3,"m":"latest"})");
  said.skipped = skips::drop_oldest;
  EXPECT_EQ(write_subscribed(said),
            R"({"id":1,"sub":"news","e":"k9f2","o":44,"rec":true,"n":3,"m":"drop_oldest"})");
  said.skipped = skips::latest;
  said.asked = false;
  said.id = 0;
  said.topic = "a\"b\\c";
  EXPECT_EQ(write_subscribed(said), R"({"sub":"a\"b\\c","e":"k9f2","o":44,"n":3,"m":"latest"})");
}

TEST(ServerFrameTest, NotRecovered) {
  subscribed said{.id = 1, .topic = "news", .reached = somewhere, .asked = true};
  said.why = no_recovery::epoch;
  EXPECT_EQ(write_subscribed(said),
            R"({"id":1,"sub":"news","e":"k9f2","o":44,"rec":false,"why":"epoch","n":0})");
  said.why = no_recovery::gap;
  EXPECT_EQ(write_subscribed(said),
            R"({"id":1,"sub":"news","e":"k9f2","o":44,"rec":false,"why":"gap","n":0})");
  said.why = no_recovery::limit;
  EXPECT_EQ(write_subscribed(said),
            R"({"id":1,"sub":"news","e":"k9f2","o":44,"rec":false,"why":"limit","n":0})");
}

TEST(ServerFrameTest, SubscribedToAPattern) {
  subscribed said{.id = 1, .topic = "a.*", .reached = somewhere, .pattern = true};
  EXPECT_EQ(write_subscribed(said), R"({"id":1,"sub":"a.*"})");
  said.skipped = skips::latest;
  EXPECT_EQ(write_subscribed(said), R"({"id":1,"sub":"a.*","m":"latest"})");
}

TEST(ServerFrameTest, Failed) {
  EXPECT_EQ(write_failed({.id = 9, .code = error_code::permission_denied, .reason = "no"}),
            R"({"id":9,"error":{"code":103,"reason":"no"}})");
  EXPECT_EQ(write_failed({.id = 9, .topic = "x", .code = error_code::unknown_topic}),
            R"({"id":9,"sub":"x","error":{"code":104,"reason":""}})");
  EXPECT_EQ(write_failed({.code = error_code::malformed, .reason = "\"\\\n"}),
            R"({"error":{"code":101,"reason":"\"\\\n"}})");
  EXPECT_EQ(write_failed({.id = 1, .code = error_code::too_many_requests, .retry_after = 250ms}),
            R"({"id":1,"error":{"code":108,"reason":"","retry_after":250}})");
}

TEST(ServerFrameTest, Replies) {
  EXPECT_EQ(write_ok(2), R"({"id":2,"ok":{}})");
  EXPECT_EQ(write_ok(0), R"({"ok":{}})");
  EXPECT_EQ(write_published(3, somewhere), R"({"id":3,"ok":{"e":"k9f2","o":44}})");
  EXPECT_EQ(write_published(3, somewhere, 2min),
            R"({"id":3,"ok":{"e":"k9f2","o":44,"window":120000}})");
  EXPECT_EQ(write_published(3, somewhere, 0ms), R"({"id":3,"ok":{"e":"k9f2","o":44,"window":0}})");
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(write_published(largest, {largest, largest}),
            R"({"id":18446744073709551615,"ok":{"e":"3w5e11264sgsf","o":18446744073709551615}})");
}

TEST(ServerFrameTest, Histories) {
  EXPECT_EQ(write_history(5, somewhere, {}), R"({"id":5,"ok":{"e":"k9f2","o":44,"items":[]}})");
  const std::vector<past_item> items{{11, {message_kind::text, " {\"a\":1}"}},
                                     {12, {message_kind::text, "{"}},
                                     {13, {message_kind::text, "a\"b"}},
                                     {15, {message_kind::binary, "\xff"}}};
  EXPECT_EQ(write_history(5, somewhere, items),
            R"({"id":5,"ok":{"e":"k9f2","o":44,"items":[{"o":11,"d": {"a":1}},{"o":12,"s":"{"},)"
            R"({"o":13,"s":"a\"b"},{"o":15,"b":"/w=="}]}})");
}

TEST(ServerFrameTest, Ends) {
  EXPECT_EQ(write_unsubscribed("news", 2500, "moved"),
            R"({"unsub":"news","code":2500,"reason":"moved"})");
  EXPECT_EQ(write_unsubscribed("a\"", 2600, "\n"), R"({"unsub":"a\"","code":2600,"reason":"\n"})");
  EXPECT_EQ(write_bye(0ms, 30s), R"({"bye":{"after":[0,30000]}})");
}

TEST(ServerFrameTest, Messages) {
  EXPECT_EQ(write_message(message_kind::text, R"({"a":1})"), R"({"msg":{"a":1}})");
  EXPECT_EQ(write_message(message_kind::text, "d"), R"({"s":"d"})");
  EXPECT_EQ(write_message(message_kind::text, ""), R"({"s":""})");
  EXPECT_EQ(write_message(message_kind::binary, "\xff\0"sv), R"({"b":"/wA="})");
}

TEST(ServerFrameTest, WhateverTheTextsAreItIsJson) {
  std::string text;
  for (int c = 0; c < 0x80; ++c)
    text += static_cast<char>(c);
  text += "\xc3\xa9\xf0\x9f\x98\x80";
  EXPECT_TRUE(is_json(write_hello({text, 1ms, 1ms, 1ms, text})));
  EXPECT_TRUE(is_json(write_subscribed({.topic = text})));
  EXPECT_TRUE(is_json(write_failed({.topic = text, .reason = text})));
  EXPECT_TRUE(is_json(write_unsubscribed(text, 2500, text)));
  EXPECT_TRUE(is_json(write_message(message_kind::text, text)));
  EXPECT_TRUE(is_json(write_message(message_kind::binary, text)));
  EXPECT_TRUE(is_json(write_history(1, {}, {{1, {message_kind::text, text}}})));
  EXPECT_TRUE(is_json(ping_text));
}

}  // namespace
}  // namespace broadcast_hub::protocol
