// Who may do what, among clients of bhub.v1, by the rules for topics and by the application.

#include "protocol/position.hpp"
#include "protocol_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace broadcast_hub::test {
namespace {

using testing::HasSubstr;

class ClientRightsTest : public ProtocolTest {
 protected:
  ClientRightsTest() {
    const auto add = [&](const char* pattern, bool subscribe) {
      topic_rule rule{pattern, {}};
      rule.options.allow_client_subscribe = subscribe;
      rule.options.history.max_publications = 5;
      rule.options.presence.enabled = true;
      chosen_.topics.rules.push_back(rule);
    };
    add("staff.news", true);
    add("staff.>", false);
  }

  std::string ask_for(protocol_client& client, const std::string& topic) {
    const std::string answer = client.ask(R"({"id":1,"sub":{")" + topic + R"(":{}}})");
    return answer.find(R"("error":)") == std::string::npos
               ? "granted"
               : part_of(answer, R"("code":)", ',') + " " + part_of(answer, R"("reason":")", '"');
  }
};

TEST_P(ClientRightsTest, RulesSayWhoMaySubscribe) {
  begin();
  protocol_client client(port_);
  const std::string name_refused = "103 clients may not subscribe to this topic";
  const std::string pattern_refused = "103 it matches topics that clients may not subscribe to";
  EXPECT_EQ(ask_for(client, "staff.pay"), name_refused);
  EXPECT_EQ(ask_for(client, "staff.news"), "granted");
  EXPECT_EQ(ask_for(client, "other"), "granted");
  EXPECT_EQ(ask_for(client, "other.*"), "granted");
  for (const char* pattern : {">", "*.pay", "staff.*", "staff.>", "*.*.x"})
    EXPECT_EQ(ask_for(client, pattern), pattern_refused) << pattern;
  EXPECT_THAT(client.ask(R"({"id":2,"history":"staff.pay"})"), HasSubstr(R"("code":106)"));
  EXPECT_THAT(client.ask(R"({"id":3,"presence":"staff.pay"})"), HasSubstr(R"("code":106)"));
  EXPECT_EQ(hub_->publish("staff.pay", "1").subscribers, 0U);
}

TEST_P(ClientRightsTest, WhereNobodyMayByDefaultARuleOpens) {
  chosen_.topics.defaults.allow_client_subscribe = false;
  chosen_.topics.rules.clear();
  chosen_.topics.rules.push_back({"public.>", {}});
  begin();
  protocol_client client(port_);
  EXPECT_EQ(ask_for(client, "public.a"), "granted");
  EXPECT_EQ(ask_for(client, "public.*"), "granted");
  EXPECT_EQ(ask_for(client, "public.>"), "granted");
  EXPECT_THAT(ask_for(client, "default"), HasSubstr("103 "));
  EXPECT_THAT(ask_for(client, "*.a"), HasSubstr("103 "));
  EXPECT_THAT(ask_for(client, ">"), HasSubstr("103 "));
}

TEST_P(ClientRightsTest, TheApplicationIsAskedAfterTheRules) {
  prepare_ = [this] {
    hub_->on_subscribe([](const connection&, const subscribe_event& event) {
      EXPECT_NE(event.topic, "staff.pay");
      return event.topic == "other" ? command_reply::deny("not now") : command_reply::allow();
    });
  };
  begin();
  protocol_client client(port_);
  EXPECT_THAT(ask_for(client, "staff.pay"), HasSubstr("103 "));
  EXPECT_EQ(ask_for(client, "other"), "103 not now");
  EXPECT_EQ(ask_for(client, "another"), "granted");
}

TEST_P(ClientRightsTest, NorIsHistoryOrPresenceOpenedByAHandler) {
  prepare_ = [this] {
    hub_->on_history([](const connection&, const history_event& event) {
      EXPECT_NE(event.topic, "staff.pay");
      return command_reply::allow();
    });
    hub_->on_presence([](const connection&, const presence_event& event) {
      EXPECT_NE(event.topic, "staff.pay");
      return command_reply::allow();
    });
  };
  begin();
  hub_->publish("staff.pay", "1");
  hub_->publish("staff.news", "2");
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":1,"history":"staff.pay"})"), HasSubstr(R"("code":106)"));
  EXPECT_THAT(client.ask(R"({"id":2,"presence":"staff.pay"})"), HasSubstr(R"("code":106)"));
  EXPECT_THAT(client.ask(R"({"id":3,"history":"staff.news"})"), HasSubstr(R"("items":[{"o":1)"));
  EXPECT_THAT(client.ask(R"({"id":4,"presence":"staff.news"})"), HasSubstr(R"("n":0)"));
}

// Else a client that resumes would miss what it may have.
TEST_P(ClientRightsTest, WhatTheApplicationMadeMayBeMoved) {
  prepare_ = [this] {
    hub_->on_open([](const connection& peer) {
      peer.subscribe("staff.pay");
      peer.subscribe("staff.*");
    });
    hub_->on_subscribe([](const connection&, const subscribe_event&) {
      return command_reply::deny("nobody may anything");
    });
  };
  begin();
  protocol_client client(port_);
  client.read();
  client.read();
  hub_->publish("staff.pay", "1");
  hub_->publish("staff.pay", "2");
  client.read();
  client.read();
  const std::string epoch = protocol::to_text(hub_->history("staff.pay").epoch);
  EXPECT_THAT(client.ask(R"({"id":1,"sub":{"staff.pay":{"e":")" + epoch + R"(","o":1}}})"),
              HasSubstr(R"("o":2,"rec":true,"n":1)"));
  EXPECT_EQ(client.read(), R"({"t":"staff.pay","o":2,"d":2})");
  EXPECT_THAT(client.ask(R"({"id":2,"sub":{"staff.pay":{"e":"0","o":0}}})"),
              HasSubstr(R"("o":2,"rec":false,"why":"epoch","n":0)"));
  for (const char* live : {"staff.pay", "staff.*"})
    EXPECT_THAT(ask_for(client, live), HasSubstr("105 ")) << live;
  client.ask(R"({"id":3,"unsub":["staff.pay"]})");
  EXPECT_THAT(ask_for(client, "staff.pay"), HasSubstr("103 "));
}

TEST_P(ClientRightsTest, TheApplicationMaySubscribeAnybody) {
  prepare_ = [this] { hub_->on_open([](const connection& peer) { peer.subscribe("staff.pay"); }); };
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.read(), HasSubstr(R"("sub":"staff.pay")"));
  hub_->publish("staff.pay", "1");
  EXPECT_EQ(client.read(), R"({"t":"staff.pay","o":1,"d":1})");
  EXPECT_THAT(client.ask(R"({"id":2,"history":"staff.pay"})"), HasSubstr(R"("items":[{"o":1)"));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(ClientRightsTest);

}  // namespace
}  // namespace broadcast_hub::test
