#include "protocol/command_decoder.hpp"
#include "protocol/json.hpp"
#include "protocol/presence_frame.hpp"
#include "protocol/server_frame.hpp"

#include <broadcast_hub/error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The examples of docs/reference/protocol.md are what the decoder reads and the writers write, and
// none of either is without one.

namespace broadcast_hub::protocol {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

/// The lines of all code blocks that are marked so.
std::vector<std::string> examples(std::string_view mark) {
  std::vector<std::string> found;
  bool inside = false;
  for (const std::string& line : lines_of(BROADCAST_HUB_PROTOCOL_PAGE)) {
    if (line.starts_with("```"))
      inside = line == "```json " + std::string(mark);
    else if (inside)
      found.push_back(line);
  }
  return found;
}

/// The names of the functions that write frames, from their headers.
std::set<std::string> writers() {
  std::set<std::string> names;
  for (const std::string header : {"/server_frame.hpp", "/presence_frame.hpp"}) {
    for (const std::string& line : lines_of(BROADCAST_HUB_PROTOCOL_WRITERS + header)) {
      const std::size_t begin = line.find(" write_");
      const std::size_t end = line.find('(');
      if (line.starts_with("std::string ") && begin < end && end != std::string::npos)
        names.insert(line.substr(begin + 1, end - begin - 1));
    }
  }
  return names;
}

std::string publication_of(std::uint64_t offset, message_kind kind, std::string_view payload,
                           std::string_view topic = "news") {
  std::string held;
  const content_text text = write_content(kind, payload, held);
  std::string frame = write_publication_start(topic) + std::to_string(offset);
  for (const std::string_view part : {text.before, text.value, text.after})
    frame += part;
  return frame;
}

position at(std::uint64_t offset) {
  return {parse_epoch("k9f2").value(), offset};
}

std::string written_history() {
  return write_history(9, at(44),
                       {{11, {message_kind::text, R"({"a":1})"}},
                        {12, {message_kind::text, "hello"}},
                        {13, {message_kind::binary, "\0\xff"s}}});
}

std::string malformed(std::uint64_t id, std::string_view reason) {
  return write_failed({.id = id, .code = error_code::malformed, .reason = reason});
}

/// As a hub says what its own methods report.
std::string failed_with(std::uint64_t id, std::string_view topic, errc error) {
  const std::string reason = make_error_code(error).message();
  const auto code = error == errc::not_subscribed       ? error_code::not_subscribed
                    : error == errc::already_subscribed ? error_code::already_subscribed
                                                        : error_code::limit_exceeded;
  return write_failed({.id = id, .topic = topic, .code = code, .reason = reason});
}

/// What each writer writes, by its name.
std::multimap<std::string, std::string> written_frames() {
  const std::string hello_json = R"({"text":"hello"})";
  const std::string bytes = "\0\xff"s;
  subscribed recovered{.id = 1, .topic = "news", .reached = at(44), .asked = true, .replayed = 3};
  subscribed lost{.id = 1, .topic = "news", .reached = at(44), .asked = true};
  lost.why = no_recovery::epoch;
  subscribed gap = lost;
  gap.why = no_recovery::gap;
  subscribed newest = gap;
  newest.replayed = 1;
  subscribed limit = lost;
  limit.why = no_recovery::limit;
  return {
      {"write_hello", write_hello({"c1", 25s, 500ms, 20s, "0.1.0", 65536, 2min})},
      {"write_subscribed", write_subscribed({.id = 1, .topic = "chat", .reached = at(44)})},
      {"write_subscribed", write_subscribed(recovered)},
      {"write_subscribed",
       write_subscribed({.id = 3, .topic = "a.0", .reached = at(107), .asked = true})},
      {"write_publication_start", publication_of(93, message_kind::text, hello_json, "a.0")},
      {"write_subscribed", write_subscribed(lost)},
      {"write_subscribed", write_subscribed(gap)},
      {"write_subscribed", write_subscribed(limit)},
      {"write_subscribed", write_subscribed(newest)},
      {"write_subscribed", write_subscribed({.id = 1,
                                             .topic = "prices",
                                             .reached = at(44),
                                             .replayed = 1,
                                             .skipped = skips::latest})},
      {"write_subscribed",
       write_subscribed(
           {.id = 1, .topic = "log", .reached = at(44), .skipped = skips::drop_oldest})},
      {"write_subscribed", write_subscribed({.id = 2, .topic = "orders.*.>", .pattern = true})},
      {"write_subscribed",
       write_subscribed(
           {.id = 2, .topic = "orders.*.>", .replayed = 200, .pattern = true, .newest = true})},
      {"write_subscribed", write_subscribed({.id = 2,
                                             .topic = "orders.*.>",
                                             .replayed = 1000,
                                             .pattern = true,
                                             .newest = true,
                                             .more = true})},
      {"write_failed", write_failed({.id = 1,
                                     .topic = "secret",
                                     .code = error_code::permission_denied,
                                     .reason = "permission denied"})},
      {"write_failed", write_failed({.id = 3,
                                     .topic = "orders.*.>",
                                     .code = error_code::not_subscribed,
                                     .reason = "not subscribed"})},
      {"write_failed", malformed(10, "limit is 5000; it must be an integer from 1 to 1000")},
      {"write_failed", malformed(0, "the frame is not JSON: there is no value, at byte 0")},
      {"write_failed", write_failed({.id = 11,
                                     .code = error_code::too_many_requests,
                                     .reason = "too many publications",
                                     .retry_after = 250ms})},
      // What is easily overlooked
      {"write_hello", write_hello({"c1", 0s, 500ms, 20s, "0.1.0", 65536})},
      {"write_subscribed", write_subscribed({.topic = "news", .reached = at(44)})},
      {"write_failed", failed_with(0, ".", errc::not_subscribed)},
      {"write_failed", failed_with(12, "chat", errc::already_subscribed)},
      {"write_failed", failed_with(13, {}, errc::not_subscribed)},
      {"write_failed", failed_with(14, "news", errc::too_many_subscriptions)},
      {"write_failed", write_failed({.id = 4,
                                     .code = error_code::key_conflict,
                                     .reason = "the key is known, with other content; "
                                               "give each publication a key of its own"})},
      {"write_ok", write_ok(3)},
      {"write_published", write_published(4, at(45), 2min)},
      {"write_published", write_published(5, at(46))},
      {"write_history", written_history()},
      {"write_history", write_history(8, at(0), {})},
      {"write_history", write_history(8, at(44), {{44, {message_kind::text, "7"}}}, true)},
      {"write_unsubscribed", write_unsubscribed("news", ended_for_good, ended_by_application)},
      {"write_presence", write_presence(7, {{"c1", "u1", R"({"name":"Ann"})"}}, 1)},
      {"write_presence", write_presence(7, {}, 812)},
      {"write_presence_change",
       write_presence_change("chat", {{"c2", "u2", R"({"name":"Bob"})"}, {"c3", "", ""}},
                             {{"c1", "u1", ""}}, 12)},
      {"write_presence_change", write_presence_change("chat", {}, {}, 812)},
      {"write_bye", write_bye(0ms, 30s)},
      {"write_message", write_message(message_kind::text, hello_json)},
      {"write_message", write_message(message_kind::text, "hello")},
      {"write_message", write_message(message_kind::binary, bytes)},
      {"write_publication_start", publication_of(45, message_kind::text, hello_json)},
      {"write_publication_start", publication_of(46, message_kind::text, "hello")},
      {"write_publication_start", publication_of(47, message_kind::binary, bytes)},
      {"ping_text", std::string(ping_text)},
  };
}

TEST(ProtocolPageTest, EveryExampleOfAClientIsACommand) {
  command_decoder decoder;
  for (const std::string& line : examples("client")) {
    const auto result = decoder.decode(line);
    const auto* fault = std::get_if<command_fault>(&result);
    EXPECT_EQ(fault, nullptr) << line << ": " << fault->reason;
  }
}

TEST(ProtocolPageTest, EveryCommandHasAnExample) {
  using commands = decltype(command::what);
  std::set<std::size_t> seen;
  command_decoder decoder;
  for (const std::string& line : examples("client")) {
    const auto result = decoder.decode(line);
    if (const auto* read = std::get_if<command>(&result))
      seen.insert(read->what.index());
  }
  for (std::size_t index = 0; index < std::variant_size_v<commands>; ++index)
    EXPECT_TRUE(seen.contains(index)) << "number " << index << " of the variant";
}

TEST(ProtocolPageTest, EveryExampleOfTheServerIsWhatItWrites) {
  std::set<std::string> written;
  for (const auto& [writer, frame] : written_frames())
    written.insert(frame);
  for (const std::string& line : examples("server")) {
    EXPECT_TRUE(is_json(line)) << line;
    EXPECT_TRUE(written.contains(line)) << line;
  }
}

TEST(ProtocolPageTest, EverythingThatIsWrittenHasAnExample) {
  const std::vector<std::string> shown = examples("server");
  for (const auto& [writer, frame] : written_frames())
    EXPECT_THAT(shown, testing::Contains(frame)) << writer;
}

TEST(ProtocolPageTest, NoWriterIsLeftOut) {
  const std::multimap<std::string, std::string> known = written_frames();
  EXPECT_GE(writers().size(), 12U);
  for (const std::string& writer : writers())
    EXPECT_TRUE(known.contains(writer)) << writer;
}

TEST(ProtocolPageTest, EveryErrorCodeIsExplained) {
  const std::vector<std::string> page = lines_of(BROADCAST_HUB_PROTOCOL_PAGE);
  for (int code = static_cast<int>(error_code::internal);
       code <= static_cast<int>(error_code::key_conflict); ++code) {
    const std::string row = "| " + std::to_string(code) + " |";
    EXPECT_TRUE(std::any_of(page.begin(), page.end(), [&](const std::string& line) {
      return line.starts_with(row);
    })) << row;
  }
}

}  // namespace
}  // namespace broadcast_hub::protocol
