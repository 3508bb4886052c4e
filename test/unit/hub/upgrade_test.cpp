#include "hub/upgrade.hpp"

#include "hub/hub_core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace broadcast_hub {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

wire::request request_with_subprotocols() {
  wire::request request;
  request.method = "GET";
  request.target = "/live?token=1";
  request.path = "/live";
  request.query = "token=1";
  request.headers = {{"Host", "example"}, {"Sec-WebSocket-Protocol", "chat, superchat"}};
  return request;
}

std::string fault_of(const upgrade_reply& reply) {
  return find_fault(reply, request_with_subprotocols()).value_or("");
}

TEST(UpgradeTest, TheApplicationSeesTheRequest) {
  const upgrade_request event = describe(request_with_subprotocols(), "127.0.0.1:5000");
  EXPECT_EQ(event.path, "/live");
  EXPECT_EQ(event.query, "token=1");
  EXPECT_EQ(event.remote_address, "127.0.0.1:5000");
  EXPECT_EQ(event.header("host"), "example");
  EXPECT_THAT(event.subprotocols, ElementsAre("chat", "superchat"));
}

TEST(UpgradeTest, AcceptingAndRefusingAreInOrder) {
  EXPECT_EQ(fault_of(upgrade_reply::accept()), "");
  for (const int status : {400, 401, 403, 404, 429, 499, 500, 503, 599}) {
    EXPECT_EQ(fault_of(upgrade_reply::refuse(status)), "") << status;
  }
}

TEST(UpgradeTest, OtherStatusesAreNot) {
  for (const int status : {-1, 0, 100, 102, 200, 204, 301, 302, 399, 600, 1000}) {
    EXPECT_THAT(fault_of(upgrade_reply::refuse(status)),
                AllOf(HasSubstr("status " + std::to_string(status)), HasSubstr("400 to 599")));
  }
}

TEST(UpgradeTest, ASubprotocolMustHaveBeenOffered) {
  upgrade_reply reply;
  for (const char* offered : {"", "chat", "superchat"}) {
    reply.subprotocol = offered;
    EXPECT_EQ(fault_of(reply), "") << offered;
  }
  for (const char* other : {"Chat", "chat, superchat", "other\r\nX: y"}) {
    reply.subprotocol = other;
    EXPECT_THAT(fault_of(reply), HasSubstr("did not offer")) << other;
    EXPECT_EQ(fault_of(reply).find('\n'), std::string::npos);
  }
}

TEST(UpgradeTest, HeadersMustBeSuchAsMayBeSent) {
  for (const int status : {101, 401}) {
    upgrade_reply reply;
    reply.status = status;
    reply.headers = {{"WWW-Authenticate", "Bearer realm=\"x\""}, {"Set-Cookie", ""}};
    EXPECT_EQ(fault_of(reply), "");
    const std::array<std::string_view, 3> wrong[] = {
        {"Content-Length", "5", "sends that one itself"},
        {"connection", "close", "sends that one itself"},
        {"Upgrade", "x", "sends that one itself"},
        {"Transfer-Encoding", "x", "sends that one itself"},
        {"Date", "x", "sends that one itself"},
        {"Content-Type", "text/html", "sends that one itself"},
        {"sec-websocket-Accept", "x", "sends that one itself"},
        {"", "x", "a name is made of"},
        {"A B", "x", "a name is made of"},
        {"A\n", "x", "a name is made of"},
        {"A", "secret\r\nB: y", "control byte"},
        {"A", std::string_view("\0", 1), "control byte"}};
    for (const auto& [name, value, why] : wrong) {
      reply.headers = {{std::string(name), std::string(value)}};
      EXPECT_THAT(fault_of(reply), HasSubstr(std::string(why))) << name;
      EXPECT_EQ(fault_of(reply).find('\n'), std::string::npos);
      EXPECT_EQ(fault_of(reply).find("secret"), std::string::npos);
    }
  }
}

// Once presence sent such a name to all who watched, and their browsers failed the connection.
TEST(UpgradeTest, WhoAClientIsMustBeText) {
  EXPECT_EQ(fault_of(upgrade_reply::accept("J\xc3\xb6rg", "\xe2\x98\xba")), "");
  EXPECT_THAT(fault_of(upgrade_reply::accept("J\xf6rg")), HasSubstr("user that is not UTF-8"));
  EXPECT_THAT(fault_of(upgrade_reply::accept("ann", "\xff")), HasSubstr("info that is not UTF-8"));
}

TEST(UpgradeTest, TheSubprotocolOfARefusalDoesNotMatter) {
  upgrade_reply reply = upgrade_reply::refuse(403);
  reply.subprotocol = "other";
  EXPECT_EQ(fault_of(reply), "");
}

TEST(UpgradeTest, AResponderMayOutliveTheHub) {
  const upgrade_responder orphan(std::make_shared<upgrade_responder::state>(
      std::weak_ptr<hub_core>(), connection_id{}, request_with_subprotocols()));
  EXPECT_NO_THROW(orphan.reply(upgrade_reply::accept()));
  EXPECT_NO_THROW(upgrade_responder(nullptr).reply(upgrade_reply::accept()));
}

}  // namespace
}  // namespace broadcast_hub
