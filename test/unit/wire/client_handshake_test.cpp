#include "wire/client_handshake.hpp"

#include "support/parsing.hpp"
#include "wire/handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

using testing::HasSubstr;
using client_result = client_handshake::result;

constexpr std::string_view wanted_subprotocol = "bhub.v1";

std::uint32_t counted_number() {
  static std::uint32_t number = 0;
  return ++number;
}

client_handshake handshake_with(std::string_view url) {
  websocket_url to;
  EXPECT_EQ(read_websocket_url(url, to), "");
  return {to, wanted_subprotocol, counted_number};
}

request parsed_request(const client_handshake& made) {
  request_parser parser(8192);
  const test::parsed found = test::parse(parser, made.request(), made.request().size());
  EXPECT_EQ(found.result, request_parser::result::complete) << made.request();
  return found.request;
}

std::string accepting_answer(const client_handshake& made,
                             std::string_view subprotocol = wanted_subprotocol) {
  return accept_upgrade(parsed_request(made), subprotocol, false).response;
}

void replace_in(std::string& text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what << " in " << text;
  text.replace(at, what.size(), with);
}

/// What a client says to an answer: "accepted", or why not.
std::string verdict_on(client_handshake& made, std::string_view answer) {
  std::size_t consumed = 0;
  const client_result got = made.take(answer, consumed);
  if (got == client_result::need_more)
    return "need more";
  return got == client_result::accepted ? "accepted" : made.fault();
}

std::string verdict_with(std::string_view what, std::string_view with) {
  client_handshake made = handshake_with("ws://a/");
  std::string answer = accepting_answer(made);
  replace_in(answer, what, with);
  return verdict_on(made, answer);
}

TEST(ClientHandshakeTest, AsksAsOurServerWantsIt) {
  const client_handshake made = handshake_with("ws://[::1]:8081/live?x=1");
  const request asked = parsed_request(made);
  EXPECT_EQ(check_upgrade(asked).status, 101);
  EXPECT_EQ(asked.target, "/live?x=1");
  EXPECT_EQ(asked.header("Host"), "[::1]:8081");
  EXPECT_THAT(offered_subprotocols(asked), testing::ElementsAre(wanted_subprotocol));
  EXPECT_FALSE(asked.has_header("Sec-WebSocket-Extensions"));
  EXPECT_FALSE(asked.has_header("Origin"));
}

TEST(ClientHandshakeTest, HasAnotherKeyEachTime) {
  EXPECT_NE(parsed_request(handshake_with("ws://a/")).header("Sec-WebSocket-Key"),
            parsed_request(handshake_with("ws://a/")).header("Sec-WebSocket-Key"));
}

TEST(ClientHandshakeTest, AcceptsAnAnswerInPiecesAndLeavesWhatIsBehindIt) {
  const std::string frames = "\x81\x02{}";
  for (std::size_t cut = 0; cut < accepting_answer(handshake_with("ws://a/")).size(); ++cut) {
    client_handshake made = handshake_with("ws://a/");
    const std::string answer = accepting_answer(made);
    std::size_t consumed = 0;
    ASSERT_EQ(made.take(std::string_view(answer).substr(0, cut), consumed),
              client_result::need_more);
    ASSERT_EQ(consumed, cut);
    ASSERT_EQ(made.take(answer.substr(cut) + frames, consumed), client_result::accepted)
        << made.fault();
    ASSERT_EQ(consumed, answer.size() - cut);
  }
}

TEST(ClientHandshakeTest, RefusesAnotherStatus) {
  client_handshake made = handshake_with("ws://a/");
  EXPECT_EQ(verdict_on(made, "HTTP/1.1 401 No \x1b[1m entry\r\nContent-Length: 5\r\n\r\nhello"),
            "the server answered 401 No \\x1b[1m entry");
}

TEST(ClientHandshakeTest, TellsStatusAndWhenToComeBack) {
  client_handshake made = handshake_with("ws://a/");
  verdict_on(made, "HTTP/1.1 429 Slowly\r\nRetry-After: 120\r\n\r\n");
  EXPECT_EQ(made.status(), 429);
  EXPECT_EQ(made.retry_after(), "120");
  client_handshake other = handshake_with("ws://a/");
  verdict_on(other, "HTTP/1.1 404 Not Found\r\nno colon\r\n\r\n");
  EXPECT_EQ(other.status(), 404);
  EXPECT_EQ(other.retry_after(), "");
}

TEST(ClientHandshakeTest, ReadsWhenToComeBack) {
  using std::chrono::seconds;
  const std::chrono::sys_seconds now{seconds(784'111'777)};  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(read_retry_after(" 120 ", now), seconds(120));
  EXPECT_EQ(read_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now), seconds(30));
  EXPECT_EQ(read_retry_after("Sun, 06 Nov 1994 08:49:07 GMT", now), seconds(0)) << "it is over";
  EXPECT_EQ(read_retry_after("99999999999999999999", now), seconds(86'400));
  for (const std::string_view text : {"", "soon", "-1", "1.5"})
    EXPECT_EQ(read_retry_after(text, now), seconds(0)) << text;
}

TEST(ClientHandshakeTest, SendsFurtherHeaders) {
  websocket_url to;
  EXPECT_EQ(read_websocket_url("ws://a/", to), "");
  const client_handshake made(to, wanted_subprotocol, counted_number,
                              {{"Authorization", "Bearer x"}, {"Cookie", "a=b"}});
  const request asked = parsed_request(made);
  EXPECT_EQ(asked.header("Authorization"), "Bearer x");
  EXPECT_EQ(asked.header("Cookie"), "a=b");
  EXPECT_EQ(check_upgrade(asked).status, 101);
}

TEST(ClientHandshakeTest, RefusesTheAnswerToAnotherKey) {
  client_handshake one = handshake_with("ws://a/");
  client_handshake other = handshake_with("ws://a/");
  EXPECT_THAT(verdict_on(one, accepting_answer(other)), HasSubstr("not one to a WebSocket"));
}

TEST(ClientHandshakeTest, RefusesHeadersThatOnlyLookRight) {
  for (const auto& [what, with] :
       {std::pair{"Upgrade: websocket", "Upgrade: websockets"},
        std::pair{"Upgrade: websocket", "X: y"},
        std::pair{"Connection: Upgrade", "Connection: upgraded"},
        std::pair{"Connection: Upgrade", "Connection: close"},
        std::pair{"Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: x"}}) {
    EXPECT_THAT(verdict_with(what, with), HasSubstr("not one to a WebSocket")) << with;
  }
}

TEST(ClientHandshakeTest, RefusesWhatWasNotOffered) {
  EXPECT_THAT(verdict_with("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
              HasSubstr("an extension"));
  EXPECT_EQ(verdict_with("bhub.v1", "bhub.v2"), "the server does not speak bhub.v1");
  client_handshake made = handshake_with("ws://a/");
  EXPECT_EQ(verdict_on(made, accepting_answer(made, "")), "the server does not speak bhub.v1");
}

TEST(ClientHandshakeTest, RefusesWhatIsNotHttp) {
  for (const std::string_view answer :
       {"\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 101 X\r\nno colon\r\n\r\n",
        "HTTP/1.1 99999999999 X\r\n\r\n"}) {
    client_handshake made = handshake_with("ws://a/");
    const std::string verdict = verdict_on(made, answer);
    EXPECT_NE(verdict, "accepted") << answer;
    EXPECT_NE(verdict, "need more") << answer;
  }
}

TEST(ClientHandshakeTest, RefusesAnAnswerWithoutEnd) {
  client_handshake made = handshake_with("ws://a/");
  std::size_t consumed = 0;
  const std::string piece(1000, 'x');
  for (std::size_t size = piece.size(); size < client_handshake::max_head_bytes;
       size += piece.size())
    ASSERT_EQ(made.take(piece, consumed), client_result::need_more);
  ASSERT_EQ(made.take(piece, consumed), client_result::refused);
  EXPECT_EQ(made.fault(), "the server's answer is too long");
}

}  // namespace
}  // namespace broadcast_hub::wire
