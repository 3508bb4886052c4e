#include "wire/request.hpp"

#include <gtest/gtest.h>

namespace broadcast_hub::wire {
namespace {

request with_headers() {
  request made;
  made.headers = {{"Host", "localhost"}, {"X-Empty", ""}};
  return made;
}

TEST(RequestTest, NamesOfHeadersHaveNoCase) {
  const request request = with_headers();
  EXPECT_EQ(request.header("host"), "localhost");
  EXPECT_EQ(request.header("HOST"), "localhost");
  EXPECT_TRUE(request.has_header("hOsT"));
}

TEST(RequestTest, EmptyAndAbsentHeadersAreToldApart) {
  const request request = with_headers();
  EXPECT_EQ(request.header("X-Empty"), "");
  EXPECT_TRUE(request.has_header("X-Empty"));
  EXPECT_EQ(request.header("X-Absent"), "");
  EXPECT_FALSE(request.has_header("X-Absent"));
}

TEST(RequestTest, TokensAreWholeElementsOfAList) {
  EXPECT_TRUE(has_token("websocket", "websocket"));
  EXPECT_TRUE(has_token("WebSocket", "websocket"));
  EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(has_token("a,\tupgrade ,b", "Upgrade"));
  EXPECT_FALSE(has_token("notwebsocketx", "websocket"));
  EXPECT_FALSE(has_token("web socket", "websocket"));
  EXPECT_FALSE(has_token("websocket/13", "websocket"));
  EXPECT_FALSE(has_token("", "websocket"));
  EXPECT_FALSE(has_token(",,", "websocket"));
}

}  // namespace
}  // namespace broadcast_hub::wire
