#include "wire/request_parser.hpp"

#include "support/parsing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

using result = request_parser::result;
using test::parse_every_way;

const std::string browser_request =
    "GET /live?token=a%20b HTTP/1.1\r\n"
    "Host: localhost:8081\r\n"
    "Connection: keep-alive, Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Origin: http://localhost:8080\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Cookie: a=1; b=\"2\"\r\n"
    "\r\n";

TEST(RequestParserTest, ReadsAWholeHead) {
  const auto found = parse_every_way(browser_request);
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.consumed, browser_request.size());
  EXPECT_EQ(found.request.method, "GET");
  EXPECT_EQ(found.request.target, "/live?token=a%20b");
  EXPECT_EQ(found.request.path, "/live");
  EXPECT_EQ(found.request.query, "token=a%20b");
  EXPECT_EQ(found.request.http_minor, 1);
  EXPECT_TRUE(found.request.keep_alive);
  EXPECT_FALSE(found.request.has_body);
  EXPECT_EQ(found.request.headers.size(), 7U);
  EXPECT_EQ(found.request.header("host"), "localhost:8081");
  EXPECT_EQ(found.request.header("Cookie"), "a=1; b=\"2\"");
}

TEST(RequestParserTest, NeverReadsPastTheHead) {
  const auto found = parse_every_way(browser_request + "\x81\x85 first frame");
  EXPECT_EQ(found.result, result::complete);
  EXPECT_EQ(found.consumed, browser_request.size());
}

TEST(RequestParserTest, EverySplitGivesTheSame) {
  for (std::size_t at = 0; at <= browser_request.size(); ++at) {
    request_parser parser(8192);
    std::size_t consumed = 0;
    const result first = parser.consume(browser_request.data(), at, consumed);
    EXPECT_EQ(consumed, at);
    if (at == browser_request.size()) {
      EXPECT_EQ(first, result::complete);
      continue;
    }
    EXPECT_EQ(first, result::need_more) << at;
    EXPECT_EQ(parser.held_bytes(), at);
    EXPECT_EQ(parser.consume(browser_request.data() + at, browser_request.size() - at, consumed),
              result::complete)
        << at;
    EXPECT_EQ(parser.take().header("Upgrade"), "websocket");
  }
}

TEST(RequestParserTest, ReadsOneRequestAfterTheOther) {
  const std::string bytes =
      "GET /first HTTP/1.1\r\nHost: a\r\nX-First: 1\r\n\r\n"
      "HEAD /second HTTP/1.1\r\nHost: b\r\n\r\n";
  request_parser parser(8192);
  std::size_t consumed = 0;
  ASSERT_EQ(parser.consume(bytes.data(), bytes.size(), consumed), result::complete);
  std::size_t more = 7;
  EXPECT_EQ(parser.consume(bytes.data() + consumed, bytes.size() - consumed, more),
            result::complete);
  EXPECT_EQ(more, 0U) << "nothing is read before the first request is taken";
  EXPECT_EQ(parser.take().path, "/first");
  EXPECT_EQ(parser.held_bytes(), 0U);
  ASSERT_EQ(parser.consume(bytes.data() + consumed, bytes.size() - consumed, more),
            result::complete);
  const request second = parser.take();
  EXPECT_EQ(second.method, "HEAD");
  EXPECT_EQ(second.path, "/second");
  EXPECT_FALSE(second.has_header("X-First"));
}

TEST(RequestParserTest, SkipsEmptyLinesBeforeARequest) {
  const auto found = parse_every_way("\r\n\r\n" + browser_request);
  EXPECT_EQ(found.result, result::complete);
  EXPECT_EQ(found.consumed, browser_request.size() + 4);
}

TEST(RequestParserTest, JoinsRepeatedHeaders) {
  const auto found =
      parse_every_way("GET / HTTP/1.1\r\nHost: a\r\nAccept: x\r\nB: 1\r\naccept: y\r\n\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.header("Accept"), "x, y");
}

// Joined by a comma, two cookies would be one (RFC 9113, section 8.2.3).
TEST(RequestParserTest, JoinsCookiesBySemicolons) {
  const auto found = parse_every_way(
      "GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1, 2;b=3\r\nAccept: x\r\ncookie:  c=4 \r\n"
      "COOKIE: d=5\r\n\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.header("Cookie"), "a=1, 2;b=3; c=4; d=5");
  EXPECT_EQ(found.request.header("Accept"), "x");
}

TEST(RequestParserTest, TrimsBlanksAroundValues) {
  const auto found =
      parse_every_way("GET / HTTP/1.1\r\nHost:a\r\nA: \t b c \t\r\nB:\r\nC:   \r\n\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.header("Host"), "a");
  EXPECT_EQ(found.request.header("A"), "b c");
  EXPECT_EQ(found.request.header("B"), "");
  EXPECT_EQ(found.request.header("C"), "");
  EXPECT_TRUE(found.request.has_header("C"));
}

TEST(RequestParserTest, KeepsOtherBytesOfValues) {
  const auto found = parse_every_way("GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa4\tb:c\r\n\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.header("X"), "\xc3\xa4\tb:c");
}

TEST(RequestParserTest, Http10NeedsNoHost) {
  const auto found = parse_every_way("GET / HTTP/1.0\r\n\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.http_minor, 0);
  EXPECT_FALSE(found.request.keep_alive);
  EXPECT_FALSE(found.request.has_header("Host"));
  EXPECT_TRUE(found.request.headers.empty());
}

struct keep_alive_case {
  std::string_view version;
  std::string_view connection;
  bool keep_alive;
};

TEST(RequestParserTest, KnowsWhetherTheConnectionLasts) {
  const keep_alive_case cases[] = {
      {"HTTP/1.1", "", true},
      {"HTTP/1.1", "Connection: close\r\n", false},
      {"HTTP/1.1", "Connection: Close\r\n", false},
      {"HTTP/1.1", "Connection: keep-alive\r\n", true},
      {"HTTP/1.1", "Connection: x, close\r\n", false},
      {"HTTP/1.1", "Connection: x\r\nConnection: close\r\n", false},
      {"HTTP/1.1", "Connection: disclose\r\n", true},
      {"HTTP/1.0", "", false},
      {"HTTP/1.0", "Connection: keep-alive\r\n", true},
      {"HTTP/1.0", "Connection: keep-alive, close\r\n", false},
  };
  for (const keep_alive_case& one : cases) {
    std::string bytes = "GET / ";
    bytes.append(one.version).append("\r\nHost: a\r\n").append(one.connection).append("\r\n");
    const auto found = parse_every_way(bytes);
    ASSERT_EQ(found.result, result::complete) << bytes;
    EXPECT_EQ(found.request.keep_alive, one.keep_alive) << bytes;
  }
}

struct body_case {
  std::string_view headers;
  bool has_body;
};

TEST(RequestParserTest, KnowsWhetherABodyFollows) {
  const body_case cases[] = {
      {"", false},
      {"Content-Length: 0\r\n", false},
      {"Content-Length: 000\r\n", false},
      {"Content-Length: 1\r\n", true},
      {"Content-Length: 010\r\n", true},
      {"content-length: 33000000\r\n", true},
      {"Content-Length: 99999999999999999999999999\r\n", true},
      {"Content-Length: 5\r\nContent-Length: 5\r\n", true},
      {"Transfer-Encoding: chunked\r\n", true},
      {"transfer-encoding: gzip, chunked\r\n", true},
      {"Transfer-Encoding: identity\r\n", true},
  };
  for (const body_case& one : cases) {
    std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
    head.append(one.headers).append("\r\n");
    const auto found = parse_every_way(head + "0\r\n\r\nGET /smuggled HTTP/1.1\r\n");
    ASSERT_EQ(found.result, result::complete) << one.headers;
    EXPECT_EQ(found.request.has_body, one.has_body) << one.headers;
    EXPECT_EQ(found.consumed, head.size()) << "the body is never read";
  }
}

struct target_case {
  std::string_view method;
  std::string_view target;
  std::string_view path;
  std::string_view query;
};

TEST(RequestParserTest, TakesTargetsApart) {
  const target_case cases[] = {
      {"GET", "/", "/", ""},
      {"GET", "/a/b.html", "/a/b.html", ""},
      {"GET", "/?", "/", ""},
      {"GET", "/a?b?c=/d", "/a", "b?c=/d"},
      {"GET", "//x", "//x", ""},
      {"GET", "/%2e%2e/", "/%2e%2e/", ""},
      {"GET", "/|[]{}^\"<>\\`", "/|[]{}^\"<>\\`", ""},
      {"OPTIONS", "*", "*", ""},
      {"GET", "http://localhost:80/a?b", "/a", "b"},
      {"GET", "HTTP://LOCALHOST:80", "/", ""},
      {"GET", "https://localhost:80?q", "/", "q"},
      {"GET", "/http://other/", "/http://other/", ""},
  };
  for (const target_case& one : cases) {
    std::string bytes(one.method);
    bytes.append(" ").append(one.target).append(" HTTP/1.1\r\nHost: localhost:80\r\n\r\n");
    const auto found = parse_every_way(bytes);
    ASSERT_EQ(found.result, result::complete) << one.target;
    EXPECT_EQ(found.request.target, one.target);
    EXPECT_EQ(found.request.path, one.path);
    EXPECT_EQ(found.request.query, one.query);
  }
}

// RFC 9112, section 3.2.2.
TEST(RequestParserTest, AHostInTheTargetCountsInsteadOfTheHeader) {
  const auto found = parse_every_way("GET http://b:80/ HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.header("Host"), "b:80");
  const auto old = parse_every_way("GET http://b/ HTTP/1.0\r\n\r\n");
  ASSERT_EQ(old.result, result::complete);
  EXPECT_EQ(old.request.header("Host"), "b");
}

// websocketpp counts a byte more for each line, and has a limit of its own.
TEST(RequestParserTest, HeadsOfTheLargestLimitPassHoweverShortTheirLines) {
  constexpr std::size_t largest = 12'800;
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  while (bytes.size() + 6 <= largest)
    bytes += "a:\r\n";
  bytes.insert(bytes.size() - 2, largest - 2 - bytes.size(), 'x');
  bytes += "\r\n";
  ASSERT_EQ(bytes.size(), largest);
  EXPECT_EQ(parse_every_way(bytes, largest).result, result::complete);
}

TEST(RequestParserTest, MethodsAreTokensAndKeepTheirCase) {
  const auto found = parse_every_way("M-SEARCH!#$%&'*+.^_`|~x / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.method, "M-SEARCH!#$%&'*+.^_`|~x");
}

TEST(RequestParserTest, HeadsOfExactlyTheLimitPass) {
  EXPECT_EQ(parse_every_way(browser_request, browser_request.size()).result, result::complete);
  const auto found = parse_every_way(browser_request, browser_request.size() - 1);
  EXPECT_EQ(found.result, result::bad);
  EXPECT_EQ(found.status, 431);
}

TEST(RequestParserTest, WhatFollowsAHeadDoesNotCountAgainstTheLimit) {
  const auto found =
      parse_every_way(browser_request + std::string(10'000, 'x'), browser_request.size());
  EXPECT_EQ(found.result, result::complete);
}

TEST(RequestParserTest, ManyHeadersWithinTheLimitPass) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  int count = 0;
  while (bytes.size() < 8000) {
    bytes += "h" + std::to_string(count++) + ":\r\n";
  }
  const auto found = parse_every_way(bytes + "\r\n");
  ASSERT_EQ(found.result, result::complete);
  EXPECT_EQ(found.request.headers.size(), static_cast<std::size_t>(count) + 1);
}

}  // namespace
}  // namespace broadcast_hub::wire
