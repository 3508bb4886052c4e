#include "protocol/command_frame.hpp"

#include "described.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace broadcast_hub::protocol {
namespace {

using test::decoded;

TEST(CommandFrameTest, Subscribe) {
  EXPECT_EQ(write_subscribe(1, {{"news", topic_position{"k9f2", 41}, 0}, {"chat", {}, 0}}),
            R"({"id":1,"sub":{"news":{"e":"k9f2","o":41},"chat":{}}})");
  EXPECT_EQ(write_subscribe(2, {{"chat", {}, 10}}), R"({"id":2,"sub":{"chat":{"last":10}}})");
  EXPECT_EQ(write_subscribe(2, {{"chat", topic_position{"k", 0}, 10}}),
            R"({"id":2,"sub":{"chat":{"e":"k","o":0,"last":10}}})");
}

TEST(CommandFrameTest, SubscribeWithPresence) {
  EXPECT_EQ(write_subscribe(2, {{"a", {}, 10, true}, {"b", topic_position{"k", 1}, 0, true}}),
            R"({"id":2,"sub":{"a":{"presence":true,"last":10},)"
            R"("b":{"presence":true,"e":"k","o":1}}})");
  EXPECT_EQ(write_subscribe(2, {{"a", {}, 0, true}}), R"({"id":2,"sub":{"a":{"presence":true}}})");
}

TEST(CommandFrameTest, PresenceAndHistory) {
  EXPECT_EQ(write_presence_command(7, "chat"), R"({"id":7,"presence":"chat"})");
  EXPECT_EQ(write_history_command(8, "news", {}, 100), R"({"id":8,"history":"news","limit":100})");
  EXPECT_EQ(write_history_command(9, "news", topic_position{"k", 10}, 5),
            R"({"id":9,"history":"news","since":{"e":"k","o":10},"limit":5})");
  EXPECT_EQ(write_history_command(8, "news", topic_position{"k", 10}, 100, 5),
            R"({"id":8,"history":"news","last":5})")
      << "a server refuses the others beside it";
}

TEST(CommandFrameTest, Unsubscribe) {
  EXPECT_EQ(write_unsubscribe(3, {"chat", "orders.*.>"}),
            R"({"id":3,"unsub":["chat","orders.*.>"]})");
  EXPECT_EQ(write_unsubscribe(0, {"chat"}), R"({"unsub":["chat"]})");
}

TEST(CommandFrameTest, Publish) {
  EXPECT_EQ(write_publish(4, "chat", message_kind::text, R"({ "a" : 1.0 })", "k1"),
            R"({"id":4,"pub":"chat","key":"k1","d":{ "a" : 1.0 }})");
  EXPECT_EQ(write_publish(5, "chat", message_kind::text, "hello", ""),
            R"({"id":5,"pub":"chat","s":"hello"})");
  EXPECT_EQ(write_publish(6, "chat", message_kind::binary, std::string_view("\0\xff", 2), ""),
            R"({"id":6,"pub":"chat","b":"AP8="})");
}

TEST(CommandFrameTest, IsWhatTheServerReads) {
  const std::string_view name = R"(a"b\c)";
  EXPECT_EQ(decoded(write_subscribe(1, {{name, topic_position{"k9f2", 41}, 0}, {"b.*", {}, 3}})),
            R"(1 sub <a"b\c at k9f2:41> <b.* last 3>)");
  EXPECT_EQ(decoded(write_unsubscribe(2, {name, "b"})), R"(2 unsub <a"b\c> <b>)");
  EXPECT_EQ(decoded(write_publish(3, name, message_kind::text, "line\n\"two\"", "k\"1")),
            "3 pub <a\"b\\c> text line\n\"two\" key k\"1");
  EXPECT_EQ(decoded(write_subscribe(1, {{"c", topic_position{"k9f2", 4}, 0, true}})),
            "1 sub <c at k9f2:4 presence>");
  EXPECT_EQ(decoded(write_presence_command(7, name)), R"(7 presence <a"b\c>)");
  EXPECT_EQ(decoded(write_history_command(9, name, topic_position{"k9f2", 4}, 5)),
            R"(9 history <a"b\c> at k9f2:4 limit 5)");
  EXPECT_EQ(decoded(pong_text), "0 pong");
}

}  // namespace
}  // namespace broadcast_hub::protocol
