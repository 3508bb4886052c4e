#include "fixture.hpp"

#include <algorithm>
#include <string>
#include <vector>

// Who is there, and what was.

namespace broadcast_hub::test {
namespace {

class ClientPresenceTest : public client_fixture {
 protected:
  using text_lines = std::vector<std::string>;

  void start_hub_with_presence() {
    hub_options chosen = quick_options();
    chosen.topics.defaults.presence.enabled = true;
    chosen.topics.defaults.presence.grace = std::chrono::milliseconds(0);
    hub_ = std::make_unique<hub>(chosen);
    hub_->on_upgrade([](const upgrade_request& request) {
      return upgrade_reply::accept(request.path.substr(1), R"({"name":"somebody"})");
    });
    port_ = hub_->listen(0);
    hub_->start();
  }

  std::unique_ptr<client> make_user(const std::string& user) {
    client_options chosen = options();
    chosen.url += user;
    auto made = make_client(chosen);
    made->on_presence([this](const client_presence_event& event) {
      for (const client_subscriber& each : event.joined)
        presence.add(each.user + " joined " + event.topic);
      for (const client_subscriber& each : event.left)
        presence.add(each.user + " left " + event.topic);
    });
    return made;
  }

  static subscribe_options with_presence() {
    subscribe_options from;
    from.presence = true;
    return from;
  }

  line_log presence;
};

TEST_F(ClientPresenceTest, IsTold) {
  start_hub_with_presence();
  const auto ann = make_user("ann");
  ann->subscribe("chat", with_presence());
  ann->start();
  subscribed.wait_for(1);
  const auto bob = make_user("bob");
  bob->subscribe("chat");
  bob->start();
  EXPECT_EQ(presence.wait_for("bob joined"), "bob joined chat");
  bob->presence("chat", [this](const client_presence_result& result) {
    text_lines names;
    for (const client_subscriber& each : result.clients)
      names.push_back(each.user + each.info);
    std::sort(names.begin(), names.end());
    names.push_back(std::to_string(result.count));
    for (const std::string& each : names)
      published.add(each);
  });
  EXPECT_EQ(published.wait_for(3),
            (text_lines{R"(ann{"name":"somebody"})", R"(bob{"name":"somebody"})", "2"}));
  bob->unsubscribe("chat");
  EXPECT_EQ(presence.wait_for("bob left"), "bob left chat");
}

TEST_F(ClientPresenceTest, IsSwitchedOff) {
  start_hub_with_presence();
  const auto ann = make_user("ann");
  ann->subscribe("chat", with_presence());
  ann->subscribe("other", with_presence());
  ann->start();
  subscribed.wait_for(2);
  ann->subscribe("chat");
  subscribed.wait_for(3);
  const auto bob = make_user("bob");
  for (const char* topic : {"chat", "other"})
    bob->subscribe(topic);
  bob->start();
  EXPECT_EQ(presence.wait_for("bob joined"), "bob joined other");
  bob->unsubscribe("chat");
  bob->unsubscribe("other");
  EXPECT_EQ(presence.wait_for("bob left"), "bob left other");
  for (const std::string& each : presence.wait_for(0))
    EXPECT_FALSE(each.starts_with("bob") && each.ends_with("chat")) << each;
}

TEST_F(ClientPresenceTest, IsRefusedAloneWhereTheSubscriptionIsLive) {
  start_hub();  // which keeps no presence
  const auto one = make_client();
  line_log refused;
  one->on_error([&](const client_error_event& event) {
    refused.add(event.topic + " " + std::to_string(event.code));
  });
  one->subscribe("chat");
  one->start();
  subscribed.wait_for(1);
  one->subscribe("chat", with_presence());
  EXPECT_EQ(refused.wait_for(1), text_lines{"chat 103"});
  hub_->publish("chat", "hello");
  EXPECT_EQ(heard.wait_for(1), text_lines{"chat 1 hello"});
  one->stop();
}

TEST_F(ClientPresenceTest, KnowsItselfByItsConnection) {
  start_hub_with_presence();
  client one(options());
  std::string own;
  one.on_state([&](const client_state_event& event) { own = event.connection_id; });
  one.on_subscribed([&](const client_subscribed_event&) {
    one.presence("chat", [&](const client_presence_result& result) {
      const bool is_own = result.clients.size() == 1 && result.clients[0].id == own;
      published.add(is_own ? "own" : "other");
    });
  });
  one.subscribe("chat");
  one.start();
  EXPECT_EQ(published.wait_for(1), text_lines{"own"});
}

TEST_F(ClientPresenceTest, IsRefusedToWhoIsNotThere) {
  start_hub_with_presence();
  const auto one = make_user("ann");
  one->presence("chat", [this](const client_presence_result& result) {
    published.add(std::to_string(result.code) + " " + result.reason);
  });
  one->start();
  EXPECT_EQ(published.wait_for(1).front().substr(0, 4), "106 ");
  EXPECT_EQ(one->presence("a.*", {}), errc::invalid_topic);
  EXPECT_EQ(one->history("a b", {}, {}), errc::invalid_topic);
  one->stop();
  EXPECT_EQ(one->presence("chat", {}), errc::client_closed);
  EXPECT_EQ(one->history("chat", {}, {}), errc::client_closed);
}

TEST_F(ClientPresenceTest, HistoryHasThePast) {
  start_hub();
  for (const char* text : {"one", R"({"two":2})", "three"})
    hub_->publish("news", text);
  const auto one = make_client();
  one->subscribe("news");
  const auto show = [this](const client_history_result& result) {
    std::string line = "to " + std::to_string(result.newest.offset);
    for (const past_publication& each : result.publications)
      line += " " + std::to_string(each.offset) + "=" + each.payload;
    published.add(line);
  };
  one->history("news", {}, [&, show](const client_history_result& result) {
    show(result);
    client_history_query behind;
    behind.since = topic_position{result.newest.epoch, 1};
    behind.limit = 1;
    one->history("news", behind, show);
    behind.limit = 0;  // counts as 1
    one->history("news", behind, show);
  });
  one->start();
  EXPECT_EQ(published.wait_for(3), (text_lines{R"(to 3 1=one 2={"two":2} 3=three)",
                                               R"(to 3 2={"two":2})", R"(to 3 2={"two":2})"}));
}

TEST_F(ClientPresenceTest, QueriesCountWithPublications) {
  start_hub();
  stop_hub();
  client_options chosen = options();
  chosen.max_waiting_commands = 3;
  const auto one = make_client(chosen);
  EXPECT_FALSE(one->presence("a", {}));
  EXPECT_FALSE(one->history("a", {}, {}));
  EXPECT_FALSE(one->publish("a", "x"));
  EXPECT_EQ(one->presence("a", {}), errc::overloaded);
  EXPECT_EQ(one->history("a", {}, {}), errc::overloaded);
}

}  // namespace
}  // namespace broadcast_hub::test
