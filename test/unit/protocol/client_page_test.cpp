#include "protocol/command_frame.hpp"
#include "protocol/server_frame.hpp"
#include "protocol/server_frame_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The examples of docs/reference/protocol.md from the side of the client: it reads all of the
// server's, and what it writes is there.

namespace broadcast_hub::protocol {
namespace {

std::vector<std::string> page_examples(std::string_view mark) {
  std::ifstream page(BROADCAST_HUB_PROTOCOL_PAGE);
  EXPECT_TRUE(page) << BROADCAST_HUB_PROTOCOL_PAGE;
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```"))
      inside = line == "```json " + std::string(mark);
    else if (inside)
      found.push_back(line);
  }
  return found;
}

TEST(ClientPageTest, EveryExampleOfTheServerIsRead) {
  server_frame_reader reader;
  for (const std::string& line : page_examples("server")) {
    const auto read = reader.read(line);
    const auto* fault = std::get_if<server_fault>(&read);
    EXPECT_EQ(fault, nullptr) << line << ": " << fault->reason;
  }
}

TEST(ClientPageTest, EveryExampleOfTheServerIsOfUse) {
  server_frame_reader reader;
  for (const std::string& line : page_examples("server")) {
    const auto read = reader.read(line);
    const auto* said = std::get_if<server_says>(&read);
    ASSERT_NE(said, nullptr) << line;
    EXPECT_FALSE(std::holds_alternative<unknown_said>(*said)) << line;
  }
}

TEST(ClientPageTest, EveryKindOfFrameHasAnExample) {
  server_frame_reader reader;
  std::set<std::size_t> seen;
  for (const std::string& line : page_examples("server")) {
    const auto read = reader.read(line);
    if (const auto* said = std::get_if<server_says>(&read))
      seen.insert(said->index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<server_says> - 1) << "all but what is not known";
}

TEST(ClientPageTest, EverythingThatIsWrittenHasAnExample) {
  const std::string hello = R"({"text":"hello"})";
  const std::string bytes("\0\xff", 2);
  EXPECT_THAT(
      page_examples("client"),
      testing::IsSupersetOf(
          {write_subscribe(1, {{"news", topic_position{"k9f2", 41}, 0}, {"chat", {}, 0}}),
           write_subscribe(2, {{"chat", {}, 10, true}, {"orders.*.>", {}, 0}}),
           write_unsubscribe(3, {"chat", "orders.*.>"}),
           write_publish(5, "chat", message_kind::text, "hello", ""),
           write_publish(6, "chat", message_kind::binary, bytes, ""),
           write_presence_command(7, "chat"),
           write_history_command(9, "news", topic_position{"k9f2", 10}, 100),
           write_message(message_kind::text, hello), write_message(message_kind::text, "hello"),
           write_message(message_kind::binary, bytes), std::string(pong_text)}));
}

}  // namespace
}  // namespace broadcast_hub::protocol
