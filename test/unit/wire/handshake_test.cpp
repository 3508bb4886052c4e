#include "wire/handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// The example of RFC 6455, section 1.3.
request correct_request() {
  request made;
  made.method = "GET";
  made.target = made.path = "/chat";
  made.headers = {{"Host", "server.example.com"},
                  {"Upgrade", "websocket"},
                  {"Connection", "Upgrade"},
                  {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                  {"Sec-WebSocket-Version", "13"}};
  return made;
}

void set_header(request& request, std::string_view name, std::string_view value) {
  for (auto& header : request.headers) {
    if (header.first == name) {
      header.second = value;
      return;
    }
  }
  request.headers.emplace_back(name, value);
}

void remove_header(request& request, std::string_view name) {
  std::erase_if(request.headers, [name](const auto& header) { return header.first == name; });
}

request with_header(std::string_view name, std::string_view value) {
  request made = correct_request();
  set_header(made, name, value);
  return made;
}

request without_header(std::string_view name) {
  request made = correct_request();
  remove_header(made, name);
  return made;
}

std::string header_of(const response& response, std::string_view name) {
  for (const auto& header : response.headers) {
    if (header.first == name) {
      return header.second;
    }
  }
  return "";
}

TEST(HandshakeTest, ACorrectRequestIsAccepted) {
  EXPECT_EQ(check_upgrade(correct_request()).status, 101);
}

TEST(HandshakeTest, UpgradeIsComparedAsAToken) {
  for (const std::string_view value :
       {"websocket", "WebSocket", "h2c, websocket", "a,websocket ,b"}) {
    EXPECT_EQ(check_upgrade(with_header("Upgrade", value)).status, 101) << value;
  }
  for (const std::string_view value :
       {"", "notwebsocketx", "websocketx", "xwebsocket", "web socket", "websocket/13", "h2c"}) {
    EXPECT_EQ(check_upgrade(with_header("Upgrade", value)).status, 400) << value;
  }
  EXPECT_EQ(check_upgrade(without_header("Upgrade")).status, 400);
}

TEST(HandshakeTest, ConnectionIsComparedAsAToken) {
  for (const std::string_view value : {"Upgrade", "upgrade", "keep-alive, Upgrade", "UPGRADE,x"}) {
    EXPECT_EQ(check_upgrade(with_header("Connection", value)).status, 101) << value;
  }
  for (const std::string_view value : {"", "keep-alive", "noupgrade", "upgraded", "Up grade"}) {
    EXPECT_EQ(check_upgrade(with_header("Connection", value)).status, 400) << value;
  }
  EXPECT_EQ(check_upgrade(without_header("Connection")).status, 400);
}

TEST(HandshakeTest, OtherVersionsAreAnswered426WithTheOneServed) {
  for (const std::string_view value : {"0", "7", "8", "12", "14", "25", "130", "255"}) {
    const response refused = check_upgrade(with_header("Sec-WebSocket-Version", value));
    EXPECT_EQ(refused.status, 426) << value;
    EXPECT_EQ(header_of(refused, "Sec-WebSocket-Version"), "13");
    EXPECT_EQ(header_of(refused, "Upgrade"), "websocket");
  }
  const response refused = check_upgrade(without_header("Sec-WebSocket-Version"));
  EXPECT_EQ(refused.status, 426);
  EXPECT_EQ(header_of(refused, "Sec-WebSocket-Version"), "13");
}

TEST(HandshakeTest, MalformedVersionsAreAnswered400) {
  for (const std::string_view value : {"13abc", "013", "+13", "-13", "13.0", "1 3", "13, 13",
                                       "13, 8", "1300", "thirteen", "0x0d"}) {
    EXPECT_EQ(check_upgrade(with_header("Sec-WebSocket-Version", value)).status, 400) << value;
  }
}

TEST(HandshakeTest, KeysStandForSixteenBytes) {
  for (const std::string_view key : {"dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA==",
                                     "//////////////////////==", "+/+/+/+/+/+/+/+/+/+/+w=="}) {
    EXPECT_EQ(check_upgrade(with_header("Sec-WebSocket-Key", key)).status, 101) << key;
  }
  for (const std::string_view key :
       {"", "short", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j",
        "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25jZTEy",
        "dGhlIHNhbXBsZSBub25j*Q==", "dGhlIHNhbXBsZSBub25j-Q==", "dGhlIHNh bXBsZSBub25jZ==",
        "dGhlIHNhbXBsZSBub2==ZQ==", "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="}) {
    EXPECT_EQ(check_upgrade(with_header("Sec-WebSocket-Key", key)).status, 400) << key;
  }
  EXPECT_EQ(check_upgrade(without_header("Sec-WebSocket-Key")).status, 400);
}

TEST(HandshakeTest, OtherMethodsAreAnswered405) {
  for (const std::string_view method : {"POST", "HEAD", "OPTIONS", "get", "PUT"}) {
    request made = correct_request();
    made.method = method;
    const response refused = check_upgrade(made);
    EXPECT_EQ(refused.status, 405) << method;
    EXPECT_EQ(header_of(refused, "Allow"), "GET");
  }
}

// RFC 9110, section 7.8.
TEST(HandshakeTest, Http10AsksForNothing) {
  request made = correct_request();
  EXPECT_TRUE(asks_for_websocket(made));
  made.http_minor = 0;
  EXPECT_FALSE(asks_for_websocket(made));
}

TEST(HandshakeTest, TheAnswerHasTheHeadersOfTheApplicationToo) {
  const std::string answer =
      accept_upgrade(correct_request(), "", false, {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}})
          .response;
  EXPECT_NE(answer.find("\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("\r\n\r\n"), answer.size() - 4);
}

TEST(HandshakeTest, ABodyIsRefused) {
  request made = correct_request();
  made.has_body = true;
  EXPECT_EQ(check_upgrade(made).status, 400);
}

TEST(HandshakeTest, RefusalsSayWhyAndEndTheConnection) {
  request post = correct_request();
  post.method = "POST";
  for (const request& made :
       {post, without_header("Upgrade"), without_header("Connection"),
        without_header("Sec-WebSocket-Key"), with_header("Sec-WebSocket-Version", "8")}) {
    const response refused = check_upgrade(made);
    EXPECT_TRUE(refused.close);
    ASSERT_TRUE(refused.body);
    EXPECT_FALSE(refused.body->empty());
  }
}

TEST(HandshakeTest, WhatAsksForWebSocket) {
  request plain;
  plain.method = "GET";
  plain.headers = {{"Host", "a"}, {"Connection", "Upgrade"}, {"Sec-Fetch-Mode", "websocket"}};
  EXPECT_FALSE(asks_for_websocket(plain));
  EXPECT_TRUE(asks_for_websocket(correct_request()));
  for (const std::string_view name :
       {"Sec-WebSocket-Key", "sec-websocket-version", "SEC-WEBSOCKET-PROTOCOL"}) {
    request made = plain;
    made.headers.emplace_back(name, "x");
    EXPECT_TRUE(asks_for_websocket(made)) << name;
  }
  request upgrade = plain;
  upgrade.headers.emplace_back("upgrade", "h2c, WebSocket");
  EXPECT_TRUE(asks_for_websocket(upgrade));
  request other = plain;
  other.headers.emplace_back("Upgrade", "h2c");
  EXPECT_FALSE(asks_for_websocket(other));
}

TEST(HandshakeTest, SubprotocolsAreOfferedInOrderAndOnce) {
  EXPECT_THAT(offered_subprotocols(correct_request()), IsEmpty());
  EXPECT_THAT(
      offered_subprotocols(with_header("Sec-WebSocket-Protocol", "bhub.v1, chat,,\tchat ,x")),
      ElementsAre("bhub.v1", "chat", "x"));
  EXPECT_THAT(offered_subprotocols(with_header("Sec-WebSocket-Protocol", "a b, c/d, \"e\", ok")),
              ElementsAre("ok"));
  EXPECT_THAT(offered_subprotocols(with_header("Sec-WebSocket-Protocol", " , ,")), IsEmpty());
}

TEST(HandshakeTest, ThousandsOfSubprotocolsAreReadQuickly) {
  std::string list;
  for (int i = 0; i < 100'000; ++i) {
    list += std::to_string(i) + ",";
  }
  EXPECT_EQ(offered_subprotocols(with_header("Sec-WebSocket-Protocol", list)).size(), 100'000U);
}

TEST(HandshakeTest, TheAcceptKeyIsThatOfTheRfc) {
  const std::string head = accept_upgrade(correct_request(), "", false).response;
  EXPECT_THAT(head, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nConnection: Upgrade\r\n"));
  EXPECT_THAT(head, testing::Not(HasSubstr("Sec-WebSocket-Protocol")));
  EXPECT_THAT(head, testing::Not(HasSubstr("Sec-WebSocket-Extensions")));
  EXPECT_THAT(head, testing::EndsWith("\r\n\r\n"));
}

TEST(HandshakeTest, TheChosenSubprotocolIsNamed) {
  EXPECT_THAT(accept_upgrade(correct_request(), "bhub.v1", false).response,
              HasSubstr("\r\nSec-WebSocket-Protocol: bhub.v1\r\n"));
}

TEST(HandshakeTest, DeflateIsAgreedOnOnlyWhereItIsSwitchedOn) {
  const request made =
      with_header("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(check_upgrade(made).status, 101);
  const accepted_upgrade off = accept_upgrade(made, "", false);
  EXPECT_FALSE(off.deflate);
  EXPECT_THAT(off.response, testing::Not(HasSubstr("Sec-WebSocket-Extensions")));
  const accepted_upgrade on = accept_upgrade(made, "", true);
  EXPECT_TRUE(on.deflate);
  EXPECT_THAT(on.response, HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                                     "server_no_context_takeover; client_no_context_takeover\r\n"));
}

TEST(HandshakeTest, ASmallWindowIsAgreedOn) {
  const accepted_upgrade on = accept_upgrade(
      with_header("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=10"), "",
      true);
  EXPECT_TRUE(on.deflate);
  EXPECT_TRUE(on.limited_window);
  EXPECT_THAT(on.response, HasSubstr("client_no_context_takeover; server_max_window_bits=10\r\n"));
}

TEST(HandshakeTest, AnOfferThatCannotBeKeptIsDeclined) {
  const request made =
      with_header("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=16");
  EXPECT_EQ(check_upgrade(made).status, 101);
  const accepted_upgrade declined = accept_upgrade(made, "", true);
  EXPECT_FALSE(declined.deflate);
  EXPECT_THAT(declined.response, testing::Not(HasSubstr("Sec-WebSocket-Extensions")));
}

TEST(HandshakeTest, MalformedExtensionsAreRefused) {
  for (const std::string_view value : {"permessage-deflate;", "a b", "a; b=\"c", ";"}) {
    EXPECT_EQ(check_upgrade(with_header("Sec-WebSocket-Extensions", value)).status, 400) << value;
  }
  EXPECT_EQ(check_upgrade(with_header("Sec-WebSocket-Extensions", "")).status, 101);
}

}  // namespace
}  // namespace broadcast_hub::wire
