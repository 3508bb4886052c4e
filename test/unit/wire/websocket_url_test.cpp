#include "wire/websocket_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace broadcast_hub::wire {
namespace {

/// `host port authority target`, or what is wrong.
std::string url_parts(std::string_view text) {
  websocket_url read;
  const std::string fault = read_websocket_url(text, read);
  return fault.empty() ? read.host + " " + std::to_string(read.port) + " " + read.authority + " " +
                             read.target
                       : fault;
}

TEST(WebsocketUrlTest, HasHostPortPathAndQuery) {
  EXPECT_EQ(url_parts("ws://localhost:8081/live?token=1"),
            "localhost 8081 localhost:8081 /live?token=1");
  EXPECT_EQ(url_parts("WS://a.example/x"), "a.example 80 a.example /x");
}

TEST(WebsocketUrlTest, MayLeaveAwayPortAndPath) {
  EXPECT_EQ(url_parts("ws://a.example"), "a.example 80 a.example /");
  EXPECT_EQ(url_parts("ws://a.example:80"), "a.example 80 a.example /");
  EXPECT_EQ(url_parts("ws://a.example?x=1"), "a.example 80 a.example /?x=1");
}

TEST(WebsocketUrlTest, HasAddressesOfIpv6InBrackets) {
  EXPECT_EQ(url_parts("ws://[::1]:8081/"), "::1 8081 [::1]:8081 /");
}

TEST(WebsocketUrlTest, RefusesWhatCannotBeConnectedTo) {
  for (const std::string_view text :
       {"", "ws:", "ws://", "ws:///x", "ws://:80/", "http://a/", "ws://a:b/", "ws://[::1/",
        "ws://a b/", "ws://a/\r\nX: y", "ws://a/\x7f", "ws://a/\xc3\xa9", "ws://a/{}"}) {
    EXPECT_EQ(url_parts(text), "it must be of the form ws://host:port/path") << text;
  }
  EXPECT_EQ(url_parts("ws://a:0/"), "its port must be from 1 to 65535");
  EXPECT_EQ(url_parts("ws://a:65536/"), "its port must be from 1 to 65535");
  EXPECT_EQ(url_parts("ws://u:p@a/"), "it must not name a user");
  EXPECT_THAT(url_parts("ws://a/#x"), testing::HasSubstr("no fragment"));
  EXPECT_THAT(url_parts("wss://a/"), testing::HasSubstr("no TLS"));
}

}  // namespace
}  // namespace broadcast_hub::wire
