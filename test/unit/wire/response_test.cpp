#include "wire/response.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace broadcast_hub::wire {
namespace {

TEST(ResponseTest, AHeadHasStatusHeadersLengthAndConnection) {
  response page;
  page.headers = {{"Content-Type", "text/html"}, {"ETag", "\"1\""}};
  page.body = std::make_shared<const std::string>("12345");
  EXPECT_EQ(serialize_head(page, true),
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: text/html\r\n"
            "ETag: \"1\"\r\n"
            "Content-Length: 5\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(ResponseTest, TheConnectionEndsWhenEitherSideWantsIt) {
  response page;
  EXPECT_NE(serialize_head(page, false).find("Connection: close\r\n"), std::string::npos);
  page.close = true;
  EXPECT_NE(serialize_head(page, true).find("Connection: close\r\n"), std::string::npos);
}

TEST(ResponseTest, NoBodyHasLengthZero) {
  response page;
  page.status = 404;
  EXPECT_EQ(serialize_head(page, false),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(ResponseTest, SomeStatusesTellNoLength) {
  for (const int status : {101, 204, 304}) {
    response page;
    page.status = status;
    EXPECT_EQ(serialize_head(page, true).find("Content-Length"), std::string::npos) << status;
  }
}

TEST(ResponseTest, AHeadForHeadTellsTheLengthOfTheBodyLeftOut) {
  response page;
  page.omitted_bytes = 5;
  EXPECT_NE(serialize_head(page, true).find("Content-Length: 5\r\n"), std::string::npos);
}

TEST(ResponseTest, UpgradeIsNamedInConnection) {
  response page;
  page.status = 426;
  page.headers = {{"Upgrade", "websocket"}};
  EXPECT_NE(serialize_head(page, false).find("Connection: close, Upgrade\r\n"), std::string::npos);
}

TEST(ResponseTest, TextIsOneLineOfUtf8) {
  const response page = text_response(400, "Bad.");
  EXPECT_EQ(page.status, 400);
  ASSERT_TRUE(page.body);
  EXPECT_EQ(*page.body, "Bad.\n");
  ASSERT_EQ(page.headers.size(), 1U);
  EXPECT_EQ(page.headers[0].first, "Content-Type");
  EXPECT_EQ(page.headers[0].second, "text/plain; charset=utf-8");
}

TEST(ResponseTest, ReasonPhrases) {
  EXPECT_EQ(reason_phrase(101), "Switching Protocols");
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(304), "Not Modified");
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(426), "Upgrade Required");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(505), "HTTP Version Not Supported");
  EXPECT_EQ(reason_phrase(299), "Unknown");
  EXPECT_EQ(reason_phrase(-1), "Unknown");
}

}  // namespace
}  // namespace broadcast_hub::wire
