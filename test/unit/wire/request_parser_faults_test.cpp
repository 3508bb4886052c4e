#include "support/parsing.hpp"
#include "wire/request_parser.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// What the parser refuses. Most of it websocketpp's own parser would let through.

namespace broadcast_hub::wire {
namespace {

using result = request_parser::result;
using test::parse_every_way;

void expect_refused(const std::string& bytes, int status) {
  const auto found = parse_every_way(bytes);
  EXPECT_EQ(found.result, result::bad) << testing::PrintToString(bytes);
  EXPECT_EQ(found.status, status) << testing::PrintToString(bytes);
}

void expect_lines_refused(const std::vector<std::string>& request_lines, int status) {
  for (const std::string& line : request_lines) {
    expect_refused(line + "\r\nHost: a\r\n\r\n", status);
  }
}

void expect_headers_refused(const std::vector<std::string>& headers) {
  for (const std::string& lines : headers) {
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n", 400);
  }
}

TEST(RequestParserTest, RefusesTwoHostHeaders) {
  expect_headers_refused({"Host: a", "Host: b", "host: b", "HOST:"});
}

TEST(RequestParserTest, RefusesTwoHostHeadersInHttp10Too) {
  expect_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400);
}

TEST(RequestParserTest, RefusesARequestWithoutHost) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nX-Host: a\r\n\r\n", 400);
}

TEST(RequestParserTest, RefusesMalformedHosts) {
  for (const std::string host :
       {"", " ", "a b", "a, b", "a:b", "a:80:81", "user@a", "a/b", "[::1", "::1"}) {
    expect_refused("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 400);
    expect_refused("GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n", 400);
  }
}

TEST(RequestParserTest, RefusesBlanksBeforeTheColon) {
  expect_refused("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", 400);
  expect_headers_refused({"X : y"});
}

TEST(RequestParserTest, RefusesFoldedHeaders) {
  expect_headers_refused({"X: y\r\n folded", "X: y\r\n\tfolded", "X:\r\n : y"});
  expect_refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400);
}

TEST(RequestParserTest, RefusesNamesThatAreNoTokens) {
  expect_headers_refused({"no colon", ": y", "a b: y", "a/b: y", "a\"b: y", "a(b): y", "\x80: y",
                          "a@b: y", "{a}: y", "[a]: y", "a;b: y", "a\\b: y"});
}

TEST(RequestParserTest, RefusesBareCarriageReturns) {
  expect_headers_refused({"X: a\rb", "X: a\r", "X: a\r\r", "X\r: a"});
  expect_refused("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  expect_refused("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
}

TEST(RequestParserTest, RefusesBareLineFeeds) {
  expect_headers_refused({"X: a\nY: b", "X: a\n"});
  expect_refused("GET / HTTP/1.1\nHost: a\n\n", 400);
  expect_refused("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
}

TEST(RequestParserTest, RefusesEveryControlByte) {
  for (int number = 0; number < 0x20; ++number) {
    const char c = static_cast<char>(number);
    if (c == '\t' || c == '\r' || c == '\n') {
      continue;
    }
    expect_headers_refused({std::string("X: a") + c + "b", std::string("X") + c + ": b"});
    expect_refused(std::string("GET /") + c + " HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  }
  expect_headers_refused({"X: \x7f"});
}

TEST(RequestParserTest, RefusesATlsHelloAtItsFirstByte) {
  request_parser parser(8192);
  std::size_t consumed = 0;
  EXPECT_EQ(parser.consume("\x16\x03\x01", 3, consumed), result::bad);
  EXPECT_EQ(consumed, 1U);
  EXPECT_EQ(parser.status(), 400);
}

TEST(RequestParserTest, RefusesMalformedRequestLines) {
  expect_lines_refused(
      {"GET", "GET /", "GET / ", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ",
       " GET / HTTP/1.1", "GET /a b HTTP/1.1", "GET\t/\tHTTP/1.1", "/ HTTP/1.1", "GET  HTTP/1.1"},
      400);
}

TEST(RequestParserTest, RefusesMethodsThatAreNoTokens) {
  expect_lines_refused({"G(T / HTTP/1.1", "GET: / HTTP/1.1", "G\"T / HTTP/1.1", "\x80 / HTTP/1.1",
                        "GET/ / HTTP/1.1", "{} / HTTP/1.1"},
                       400);
}

TEST(RequestParserTest, RefusesMalformedTargets) {
  expect_lines_refused(
      {"GET a HTTP/1.1", "GET * HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\xc3\xa4 HTTP/1.1",
       "GET ?a HTTP/1.1", "GET ftp://a/ HTTP/1.1", "GET http:// HTTP/1.1", "GET http:/// HTTP/1.1",
       "GET a:80 HTTP/1.1", "GET /\t HTTP/1.1", "OPTIONS ** HTTP/1.1"},
      400);
}

TEST(RequestParserTest, RefusesTargetsWithoutAWellFormedHost) {
  expect_lines_refused(
      {"GET http://user@a/ HTTP/1.1", "GET http://a@b/ HTTP/1.1", "GET http://a:x/ HTTP/1.1",
       "GET http://[::1/ HTTP/1.1", "GET http:/// HTTP/1.1"},
      400);
}

TEST(RequestParserTest, RefusesConnect) {
  expect_lines_refused({"CONNECT a:80 HTTP/1.1"}, 405);
}

TEST(RequestParserTest, RefusesOtherVersionsWith505) {
  expect_lines_refused({"GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/3.0",
                        "GET / HTTP/9.9", "PRI * HTTP/2.0"},
                       505);
}

TEST(RequestParserTest, RefusesMalformedVersions) {
  expect_lines_refused({"GET / HTTP/9.z", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/1.10",
                        "GET / HTTP/11.0", "GET / http/1.1", "GET / HTTP/1,1", "GET / HTTPS/1.1",
                        "GET / HTTP/-1.1", "GET / HTTP 1.1", "GET / FTP/1.1"},
                       400);
}

TEST(RequestParserTest, RefusesContentLengthsThatAreNoNumber) {
  expect_headers_refused({"Content-Length: abc", "Content-Length:", "Content-Length: -1",
                          "Content-Length: +1", "Content-Length: 1 2", "Content-Length: 0x10",
                          "Content-Length: 1,1", "Content-Length: 1.0", "content-length: 1a"});
}

TEST(RequestParserTest, RefusesTwoDifferentContentLengths) {
  expect_headers_refused({"Content-Length: 1\r\nContent-Length: 2",
                          "Content-Length: 0\r\ncontent-length: 5",
                          "Content-Length: 1\r\nContent-Length: 01"});
}

TEST(RequestParserTest, RefusesTransferEncodingTogetherWithContentLength) {
  expect_headers_refused({"Transfer-Encoding: chunked\r\nContent-Length: 5",
                          "Content-Length: 0\r\ntransfer-encoding: chunked"});
}

TEST(RequestParserTest, RefusesTransferEncodingInHttp10) {
  expect_refused("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
}

TEST(RequestParserTest, RefusesHeadsOverTheLimitAsSoonAsTheyAre) {
  constexpr std::size_t limit = 1000;
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (const std::string& endless :
       {start + "X: " + std::string(5000, 'x'), "GET /" + std::string(5000, 'x'),
        std::string(5000, 'G'), start + std::string(5000, 'x')}) {
    const auto found = parse_every_way(endless, limit);
    EXPECT_EQ(found.result, result::bad);
    EXPECT_EQ(found.status, 431);
    EXPECT_EQ(found.consumed, limit + 1);
  }
}

TEST(RequestParserTest, RefusesEndlessEmptyLines) {
  std::string bytes;
  for (int i = 0; i < 5000; ++i) {
    bytes += "\r\n";
  }
  const auto found = parse_every_way(bytes, 1000);
  EXPECT_EQ(found.result, result::bad);
  EXPECT_EQ(found.status, 431);
}

TEST(RequestParserTest, RefusesHeadsThatWebsocketppCannotHold) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  while (bytes.size() < 20'000) {
    bytes += "X: y\r\n";
  }
  const auto found = parse_every_way(bytes + "\r\n", 100'000);
  EXPECT_EQ(found.result, result::bad);
  EXPECT_EQ(found.status, 431);
}

TEST(RequestParserTest, AFaultLatchesAndHoldsNothing) {
  request_parser parser(8192);
  const std::string wrong = "GET / HTTP/1.1\r\nHost : a\r\n";
  std::size_t consumed = 0;
  EXPECT_EQ(parser.consume(wrong.data(), wrong.size(), consumed), result::bad);
  EXPECT_FALSE(parser.fault().empty());
  EXPECT_EQ(parser.held_bytes(), 0U);
  const std::string right = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parser.consume(right.data(), right.size(), consumed), result::bad);
  EXPECT_EQ(consumed, 0U);
  EXPECT_EQ(parser.status(), 400);
}

TEST(RequestParserTest, GarbageNeverThrowsAndIsReadTheSameInAnyChunks) {
  const std::string_view pieces[] = {"GET",      " ",       "/",
                                     "HTTP/1.1", "\r\n",    "Host",
                                     ":",        "a",       "\t",
                                     "\r",       "\n",      "Content-Length",
                                     "0",        "chunked", "Transfer-Encoding",
                                     ",",        "http://", "\xff"};
  std::uint32_t state = 99;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = round % 2 == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n" : "";
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525U + 1013904223U;
      bytes += pieces[(state >> 16U) % std::size(pieces)];
    }
    EXPECT_NO_THROW(parse_every_way(bytes + "\r\n\r\n"));
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
