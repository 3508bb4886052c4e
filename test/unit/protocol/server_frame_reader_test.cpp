#include "protocol/server_frame_reader.hpp"

#include "described.hpp"
#include "protocol/server_frame.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace broadcast_hub::protocol {
namespace {

using namespace std::chrono_literals;

std::string place_text(const std::optional<topic_position>& at) {
  return at ? " at " + at->epoch + ":" + std::to_string(at->offset) : "";
}

std::string client_text(const client_subscriber& one) {
  return one.id + "/" + one.user + "/" + one.info;
}

std::string window_text(const std::optional<std::chrono::milliseconds>& window) {
  return window ? " window " + std::to_string(window->count()) : "";
}

struct said_text {
  std::string operator()(const unknown_said&) const { return "unknown"; }
  std::string operator()(const ping_said&) const { return "ping"; }
  std::string operator()(const hello_said& said) const {
    return "hello " + said.client_id + " ping " + std::to_string(said.ping.count()) + " retry " +
           std::to_string(said.retry_min.count()) + "-" + std::to_string(said.retry_max.count()) +
           (said.max_message_bytes == 0 ? "" : " max " + std::to_string(said.max_message_bytes)) +
           window_text(said.window);
  }
  std::string operator()(const bye_said& said) const {
    return "bye " + std::to_string(said.earliest.count()) + "-" +
           std::to_string(said.latest.count());
  }
  std::string operator()(const subscribed_said& said) const {
    std::string text = std::to_string(said.id) + " subscribed <" + said.topic +
                       place_text(said.reached) + "> " + std::to_string(said.replayed);
    if (said.recovered)
      text += *said.recovered ? " recovered" : " not recovered: " + said.why;
    return text + (said.more ? " and more" : "") + (said.skips ? " skips" : "");
  }
  std::string operator()(const failure_said& said) const {
    return std::to_string(said.id) + " failed <" + said.topic + "> " + std::to_string(said.code) +
           ": " + said.reason +
           (said.retry_after == 0ms ? "" : " after " + std::to_string(said.retry_after.count()));
  }
  std::string operator()(const ok_said& said) const {
    std::string text =
        std::to_string(said.id) + " ok" + place_text(said.at) + window_text(said.window);
    if (said.count != 0)
      text += " " + std::to_string(said.count);
    for (const client_subscriber& each : said.clients)
      text += " " + client_text(each);
    for (const past_publication& each : said.items)
      text += " " + std::to_string(each.offset) + "=" +
              test::described(content{each.kind, each.payload});
    return text + (said.more ? " and more" : "");
  }
  std::string operator()(const presence_said& said) const {
    std::string text = "presence <" + said.topic + "> " + std::to_string(said.count);
    for (const client_subscriber& each : said.joined)
      text += " +" + client_text(each);
    for (const client_subscriber& each : said.left)
      text += " -" + client_text(each);
    return text;
  }
  std::string operator()(const publication_said& said) const {
    return "published <" + said.topic + "> " + std::to_string(said.offset) + " " +
           test::described(said.data);
  }
  std::string operator()(const unsubscribed_said& said) const {
    return "unsubscribed <" + said.topic + "> " + std::to_string(said.code) + ": " + said.reason;
  }
  std::string operator()(const message_said& said) const {
    return "message " + test::described(said.data);
  }
};

/// What a reader makes of a frame; what is wrong with it begins with "fault: ".
std::string said_by(server_frame_reader& reader, std::string_view frame) {
  const auto read = reader.read(frame);
  if (const auto* fault = std::get_if<server_fault>(&read))
    return "fault: " + fault->reason;
  return std::visit(said_text(), std::get<server_says>(read));
}

std::string said_by(std::string_view frame) {
  server_frame_reader reader;
  return said_by(reader, frame);
}

/// Whether the reader is new or has read the ones before.
void expect_said(const std::vector<std::pair<std::string_view, std::string_view>>& frames) {
  server_frame_reader used;
  for (const auto& [frame, expected] : frames) {
    EXPECT_EQ(said_by(frame), expected) << frame;
    EXPECT_EQ(said_by(used, frame), expected) << frame;
  }
}

TEST(ServerFrameReaderTest, Session) {
  expect_said({
      {R"({"hello":{"cid":"c1","ping":25000,"retry":[500,20000],"v":"0.1.0"}})",
       "hello c1 ping 25000 retry 500-20000"},
      {R"({"hello":{"max":1024}})", "hello  ping 0 retry 0-0 max 1024"},
      {R"({"hello":{}})", "hello  ping 0 retry 0-0"},
      {R"({"hello":{"max":1024,"window":0}})", "hello  ping 0 retry 0-0 max 1024 window 0"},
      {R"({"bye":{"after":[0,30000]}})", "bye 0-30000"},
      {"{}", "ping"},
      {" { } ", "ping"},
  });
}

TEST(ServerFrameReaderTest, Subscriptions) {
  expect_said({
      {R"({"id":1,"sub":"chat","e":"k9f2","o":44,"n":0})", "1 subscribed <chat at k9f2:44> 0"},
      {R"({"id":1,"sub":"a","e":"k","o":44,"rec":true,"n":3})",
       "1 subscribed <a at k:44> 3 recovered"},
      {R"({"id":1,"sub":"a","e":"k","o":44,"rec":false,"why":"epoch","n":0})",
       "1 subscribed <a at k:44> 0 not recovered: epoch"},
      {R"({"sub":"a","e":"k","o":44,"n":0,"m":"latest"})", "0 subscribed <a at k:44> 0 skips"},
      {R"({"sub":"a","e":"k","o":44,"n":0,"m":"drop_oldest"})", "0 subscribed <a at k:44> 0 skips"},
      {R"({"sub":"a","e":"k","o":44,"n":0,"m":"later"})", "0 subscribed <a at k:44> 0"},
      {R"({"id":2,"sub":"a.*"})", "2 subscribed <a.*> 0"},
      {R"({"id":2,"sub":"a.*","n":200})", "2 subscribed <a.*> 200"},
      {R"({"id":2,"sub":"a.*","n":1000,"more":true})", "2 subscribed <a.*> 1000 and more"},
      {R"({"id":1,"sub":"secret","error":{"code":103,"reason":"no"}})",
       "1 failed <secret> 103: no"},
      {R"({"unsub":"news","code":2500,"reason":"moved"})", "unsubscribed <news> 2500: moved"},
  });
}

TEST(ServerFrameReaderTest, Answers) {
  expect_said({
      {R"({"id":4,"ok":{"e":"k9f2","o":45}})", "4 ok at k9f2:45"},
      {R"({"id":4,"ok":{"e":"k9f2","o":45,"window":120000}})", "4 ok at k9f2:45 window 120000"},
      {R"({"id":4,"ok":{"e":"k9f2","o":45,"window":0}})", "4 ok at k9f2:45 window 0"},
      {R"({"id":4,"ok":{"e":"k9f2","o":45,"window":9007199254740992}})",
       "4 ok at k9f2:45 window 315360000000"},
      {R"({"id":3,"ok":{}})", "3 ok"},
      {R"({"id":8,"ok":{"e":"k","o":0,"items":[]}})", "8 ok at k:0"},
      {R"({"id":8,"ok":{"more":true,"e":"k","o":9,"items":[{"o":9,"d":1}]}})",
       "8 ok at k:9 9=text 1 and more"},
      {R"({"id":8,"ok":{"e":"k","o":9,"items":[{"o":9,"d":1}],"more":false}})",
       "8 ok at k:9 9=text 1"},
      {R"({"id":8,"ok":{"e":"k","o":13,"items":[{"o":11,"d":{"a":[1]}},{"s":"x","o":12},)"
       R"({"o":13,"b":"QUI="}]}})",
       R"(8 ok at k:13 11=text {"a":[1]} 12=text x 13=binary AB)"},
      {R"({"id":7,"ok":{"clients":{"c1":{"user":"u1","info":{"name":["Ann"]}},"c2":{}},"n":2}})",
       R"(7 ok 2 c1/u1/{"name":["Ann"]} c2//)"},
      {R"({"id":7,"ok":{"n":812}})", "7 ok 812"},
      {R"({"id":11,"error":{"code":108,"reason":"slow","retry_after":250}})",
       "11 failed <> 108: slow after 250"},
      {R"({"error":{"code":101,"reason":"x"}})", "0 failed <> 101: x"},
      {R"({"id":1,"error":{"code":999}})", "1 failed <> 999: "},
  });
}

TEST(ServerFrameReaderTest, Payloads) {
  expect_said({
      {R"({"t":"a","o":45,"d":{ "x" : 1.0e2 }})", R"(published <a> 45 text { "x" : 1.0e2 })"},
      {R"({"t":"a","o":46,"s":"he\"llo"})", "published <a> 46 text he\"llo"},
      {R"({"b":"QUI=","o":47,"t":"a"})", "published <a> 47 binary AB"},
      {R"({"msg":[1,"x"]})", R"(message text [1,"x"])"},
      {R"({"s":"hello"})", "message text hello"},
      {R"({"b":"QUI="})", "message binary AB"},
  });
}

TEST(ServerFrameReaderTest, Presence) {
  expect_said({
      {R"({"t":"chat","join":[{"cid":"c2","user":"u2","info":"Bo"},{"cid":"c3"}],)"
       R"("leave":[{"cid":"c1","info":{"a":1}}],"n":12})",
       R"(presence <chat> 12 +c2/u2/Bo +c3// -c1//{"a":1})"},
      {R"({"t":"chat","n":812})", "presence <chat> 812"},
      {R"({"t":"chat","n":1,"join":[{"user":"u"}]})", "fault: join.cid is missing"},
      {R"({"t":"chat","n":1,"leave":[1]})", "fault: leave is [1]; it must be an array of objects"},
  });
}

TEST(ServerFrameReaderTest, WhatIsNotKnown) {
  expect_said({
      {R"({"t":"chat","join":[]})", "unknown"},
      {R"({"later":{"hello":1}})", "unknown"},
      {R"({"id":5})", "unknown"},
      {R"({"t":"a","o":1,"d":1,"later":[[[[[[[1]]]]]]]})", "published <a> 1 text 1"},
  });
}

TEST(ServerFrameReaderTest, PayloadsMayBeDeepAndLarge) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(said_by(R"({"t":"a","o":1,"d":)" + deep + "}"), "published <a> 1 text " + deep);
  std::string wide = "[0";
  for (int i = 0; i < 20'000; ++i)
    wide += ",[1]";
  wide += "]";
  EXPECT_EQ(said_by(R"({"d":)" + wide + R"(,"t":"a","o":1})"), "published <a> 1 text " + wide);
}

TEST(ServerFrameReaderTest, PayloadsMayHaveAnyNumbersAndHalvesOfSurrogatePairs) {
  expect_said({
      {R"({"t":"a","o":1,"d":1e999})", "published <a> 1 text 1e999"},
      {R"({"t":"a","o":1,"d":"\ud83d"})", R"(published <a> 1 text "\ud83d")"},
      {R"({"t":"a","o":1,"d":{"\ude00":[1e999]}})", R"(published <a> 1 text {"\ude00":[1e999]})"},
      {R"({"id":9,"ok":{"e":"k","o":1,"items":[{"o":1,"d":["\ud83d",1e999]}]}})",
       R"(9 ok at k:1 1=text ["\ud83d",1e999])"},
      {R"({"t":"c","join":[{"cid":"c3","info":"\ud83d"}],"n":1})",
       R"(presence <c> 1 +c3//"\ud83d")"},
      {R"({"t":"a","o":1,"s":"\ud83d"})",
       R"(fault: s is "\\ud83d"; it must be text without half of a surrogate pair)"},
      {R"({"t":"\ud83d","o":1,"d":1})", R"(fault: t is "\\ud83d"; it must be the name of a topic)"},
      {R"({"id":7,"ok":{"clients":{"\ud83d":{}}}})",
       R"(fault: ok.clients is {"\\ud83d":{}}; it must be an object of objects)"},
  });
}

TEST(ServerFrameReaderTest, Faults) {
  expect_said({
      {"", "fault: the frame is not JSON: there is no value, at byte 0"},
      {"[]", "fault: a frame must be an object"},
      {R"({"t":"a","o":1})", "fault: exactly one of d, s and b must be there"},
      {R"({"t":"a","o":1,"s":"","d":1})", "fault: exactly one of d, s and b must be there"},
      {R"({"t":"a","o":0,"s":""})",
       "fault: o is 0; it must be an integer from 1 to 9007199254740992"},
      {R"({"t":"a","o":1e1,"s":""})",
       "fault: o is 1e1; it must be an integer from 1 to 9007199254740992"},
      {R"({"t":"a","t":"b","o":1,"s":""})", "fault: t is there twice"},
      {R"({"t":1,"o":1,"s":""})", "fault: t is 1; it must be the name of a topic"},
      {R"({"t":"a","o":1,"b":"?"})",
       "fault: b is \"?\"; it must be a string in base64 with padding"},
      {R"({"sub":"a","e":"k"})", "fault: o is missing"},
      {R"({"sub":"a","e":"k","o":1,"n":2})", "fault: n is 2; it must be at most what o is"},
      {R"({"hello":1})", "fault: hello is 1; it must be an object"},
      {R"({"hello":{"ping":-1}})",
       "fault: hello.ping is -1; it must be an integer from 0 to 86400000"},
      {R"({"hello":{"max":"1"}})",
       "fault: hello.max is \"1\"; it must be an integer from 0 to 9007199254740992"},
      {R"({"hello":{"retry":[2,1]}})",
       "fault: hello.retry is [2,1]; it must be two times in milliseconds, the smaller one first"},
      {R"({"bye":{"after":[1,2,3]}})",
       "fault: bye.after is [1,2,3]; it must be two times in milliseconds, the smaller one first"},
      {R"({"error":{}})", "fault: error.code is missing"},
      {R"({"id":8,"ok":{"items":[{"o":0,"d":1}]}})",
       "fault: ok.items.o is 0; it must be an integer from 1 to 9007199254740992"},
      {R"({"id":8,"ok":{"more":1}})", "fault: ok.more is 1; it must be true or false"},
      {R"({"id":8,"ok":{"items":{}}})", "fault: ok.items is {}; it must be an array of objects"},
      {R"({"id":8,"ok":{"items":[{"o":1}]}})", "fault: exactly one of d, s and b must be there"},
      {R"({"id":7,"ok":{"clients":{"c1":7}}})",
       "fault: ok.clients is {\"c1\":7}; it must be an object of objects"},
      {R"({"id":7,"ok":{"clients":[]}})",
       "fault: ok.clients is []; it must be an object of objects"},
      {R"({"id":7,"ok":{"clients":{"c1":{"user":7}}}})",
       "fault: ok.clients.user is 7; it must be a string"},
      {R"({"unsub":"a"})", "fault: code is missing"},
  });
}

TEST(ServerFrameReaderTest, ReadsWhatOurServerWrites) {
  subscribed lost{.id = 7, .topic = "a\"b", .reached = {945'326, 9}, .asked = true};
  lost.why = no_recovery::limit;
  EXPECT_EQ(said_by(write_subscribed(lost)),
            "7 subscribed <a\"b at k9f2:9> 0 not recovered: limit");
  EXPECT_EQ(said_by(write_hello({"c1", 25s, 500ms, 20s, "1", 7})),
            "hello c1 ping 25000 retry 500-20000 max 7");
  EXPECT_EQ(said_by(write_message(message_kind::text, "\x01")), "message text \x01");
}

}  // namespace
}  // namespace broadcast_hub::protocol
