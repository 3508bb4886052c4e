#include "client/link.hpp"

#include "support/client_frame.hpp"
#include "support/parsing.hpp"
#include "wire/frame_encoder.hpp"
#include "wire/handshake.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub {
namespace {

/// Writes down what a link says; frames that it sends are read by a server's decoder.
class link_record final : public link_events {
 public:
  void on_link_text(std::string_view text) override {
    lines.push_back("text " + std::string(text));
  }
  void on_link_binary() override { lines.push_back("binary"); }
  void on_link_bytes(std::string_view bytes) override {
    if (request.empty()) {
      request = bytes;
      return;
    }
    std::string copy(bytes);
    wire::frame_event event;
    decoder.consume(copy.data(), copy.size(), event);
    lines.push_back("sent " + std::to_string(static_cast<int>(event.what)) + " " +
                    std::to_string(static_cast<int>(event.code)) + " " +
                    std::string(event.payload));
  }

  std::string request;
  std::vector<std::string> lines;
  wire::frame_decoder decoder{100'000};
};

class ClientLinkTest : public testing::Test {
 protected:
  using lines = std::vector<std::string>;

  ClientLinkTest() { link.begin(); }

  static connect_request url() { return {require_url("url", "ws://a/"), {}}; }

  std::string answer() const {
    wire::request_parser parser(8192);
    const test::parsed found = test::parse(parser, record.request, record.request.size());
    return wire::accept_upgrade(found.request, "bhub.v1", false).response;
  }

  /// How it ended, or "open".
  std::string take(std::string bytes) {
    const auto ended = link.take(bytes.data(), bytes.size());
    return ended ? std::to_string(static_cast<int>(ended->code)) + " " + ended->reason : "open";
  }

  link_record record;
  random_source random = [] { return 7U; };
  client_link link{url(), 1000, random, record};
};

TEST_F(ClientLinkTest, TakesFramesBehindTheHandshake) {
  EXPECT_FALSE(link.open());
  EXPECT_EQ(take(answer() + wire::make_frame(wire::opcode::text, "one") +
                 wire::make_frame(wire::opcode::binary, "two")),
            "open");
  EXPECT_TRUE(link.open());
  EXPECT_EQ(record.lines, (lines{"text one", "binary"}));
}

TEST_F(ClientLinkTest, TakesBytesOneByOne) {
  for (const char each : answer() + wire::make_frame(wire::opcode::text, "one"))
    EXPECT_EQ(take(std::string(1, each)), "open");
  EXPECT_EQ(record.lines, lines{"text one"});
}

TEST_F(ClientLinkTest, AnswersPingsAndPassesPongsBy) {
  take(answer());
  take(wire::make_frame(wire::opcode::ping, "x") + wire::make_frame(wire::opcode::pong, "y"));
  EXPECT_EQ(
      record.lines,
      lines{"sent " + std::to_string(static_cast<int>(wire::frame_event::kind::pong)) + " 1005 x"});
}

TEST_F(ClientLinkTest, AnswersAClose) {
  take(answer());
  EXPECT_EQ(take(wire::make_close_frame(close_code{4000}, "idle") +
                 wire::make_frame(wire::opcode::text, "too late")),
            "4000 idle");
  EXPECT_FALSE(link.open());
  EXPECT_EQ(record.lines,
            lines{"sent " + std::to_string(static_cast<int>(wire::frame_event::kind::close)) +
                  " 4000 idle"});
}

TEST_F(ClientLinkTest, AnswersACloseWithoutCode) {
  take(answer());
  EXPECT_EQ(take(wire::make_close_frame(close_code::no_status, "")), "1005 ");
}

TEST_F(ClientLinkTest, IsLostWhenTheServerBreaksARule) {
  take(answer());
  EXPECT_EQ(take(test::client_frame(1, "masked")), "1006 server frame with a mask");
  EXPECT_EQ(record.lines,
            lines{"sent " + std::to_string(static_cast<int>(wire::frame_event::kind::close)) +
                  " 1002 server frame with a mask"});
}

TEST_F(ClientLinkTest, KeepsTheCodeOfWhatIsTooLarge) {
  take(answer());
  EXPECT_EQ(take(wire::make_frame(wire::opcode::text, std::string(1001, 'x'))),
            "1009 message larger than the limit");
}

TEST_F(ClientLinkTest, IsLostWhenItIsNotLetIn) {
  EXPECT_EQ(take("HTTP/1.1 503 Busy\r\n\r\n"), "1006 the server answered 503 Busy");
  EXPECT_EQ(record.lines, lines{});
}

TEST_F(ClientLinkTest, TellsTheStatusThatKeepsItOut) {
  std::string answer = "HTTP/1.1 503 Busy\r\nRetry-After: 30\r\n\r\n";
  const auto ended = link.take(answer.data(), answer.size());
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->http_status, 503);
  EXPECT_EQ(ended->retry_after, "30");
}

TEST_F(ClientLinkTest, LivesWithWhateverComes) {
  std::mt19937 numbers(20'260'101);
  for (int round = 0; round < 2000; ++round) {
    link_record mine;
    client_link other(url(), 1000, random, mine);
    other.begin();
    record.request = mine.request;
    std::string bytes = answer();
    const std::size_t size = numbers() % 64;
    for (std::size_t i = 0; i < size; ++i)
      bytes += static_cast<char>(numbers() % (round % 2 == 0 ? 256 : 16));
    // Also the handshake itself, damaged.
    if (round % 4 == 0)
      bytes[numbers() % bytes.size()] ^= static_cast<char>(1U << numbers() % 8);
    const auto ended = other.take(bytes.data(), bytes.size());
    EXPECT_FALSE(ended && other.open());
  }
}

}  // namespace
}  // namespace broadcast_hub
