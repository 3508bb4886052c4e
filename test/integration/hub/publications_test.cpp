// What clients of bhub.v1 publish with keys, and what the application hears of it.

#include "protocol_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PublicationsTest : public ProtocolTest {
 protected:
  /// A hub that believes everybody who says a name.
  void begin_with_users() {
    prepare_ = [this, prepared = prepare_] {
      hub_->on_upgrade([](const upgrade_request& request) {
        return upgrade_reply::accept(std::string(request.header("X-User")));
      });
      prepared();
    };
    begin();
  }

  protocol_client come_as(const std::string& user) const {
    return protocol_client(port_, user.empty() ? "" : "X-User: " + user + "\r\n");
  }

  /// The offset that a publication with a key got, or the code of an error.
  static std::string publish(protocol_client& client, const std::string& key,
                             const std::string& payload) {
    const std::string answer =
        client.ask(R"({"id":1,"pub":"kept.a","d":)" + payload + R"(,"key":")" + key + R"("})");
    const std::string error = part_of(answer, R"("code":)", ',');
    return error.empty() ? part_of(answer, R"("o":)", ',') : "error " + error;
  }
};

TEST_P(PublicationsTest, KeysBelongToAUser) {
  begin_with_users();
  protocol_client ann = come_as("ann");
  protocol_client bob = come_as("bob");
  EXPECT_EQ(publish(ann, "k", "1"), "1");
  EXPECT_EQ(publish(bob, "k", "2"), "2");
  protocol_client ann_again = come_as("ann");
  EXPECT_EQ(publish(ann_again, "k", "1"), "1");
  EXPECT_EQ(hub_->publish("kept.a", "1", message_kind::text, "k").offset, 3U);
  protocol_client nobody = come_as("");
  EXPECT_EQ(publish(nobody, "k", "1"), "4");
  protocol_client nobody_else = come_as("");
  EXPECT_EQ(publish(nobody_else, "k", "1"), "4");
  EXPECT_EQ(hub_->history("kept.a").newest_offset, 4U);
}

TEST_P(PublicationsTest, AKnownKeyWithOtherContentIsRefused) {
  begin_with_users();
  protocol_client ann = come_as("ann");
  EXPECT_EQ(publish(ann, "k", "1"), "1");
  EXPECT_EQ(publish(ann, "k", "2"), "error 111");
  EXPECT_EQ(publish(ann, "k", "1"), "1");
  EXPECT_FALSE(hub_->publish("kept.a", "1", message_kind::text, "k").error);
  const publish_result other = hub_->publish("kept.a", "1", message_kind::binary, "k");
  EXPECT_EQ(other.error, errc::key_conflict);
  EXPECT_FALSE(other.duplicate);
  EXPECT_EQ(hub_->history("kept.a").newest_offset, 2U);
}

TEST_P(PublicationsTest, TheApplicationIsToldOfEachOnce) {
  std::mutex mutex;
  std::vector<std::string> asked;
  std::vector<std::string> told;
  std::string epoch;
  prepare_ = [&] {
    hub_->on_publish([&](const connection&, const publish_event& event) {
      const std::lock_guard lock(mutex);
      asked.push_back(event.key);
      return event.key == "no" ? command_reply::deny() : command_reply::allow();
    });
    hub_->on_published([&](const connection& peer, const published_event& event) {
      EXPECT_EQ(peer.user(), event.user);
      const std::lock_guard lock(mutex);
      told.push_back(event.topic + " " + std::to_string(event.place.offset) + " " + event.key +
                     " " + event.user);
      epoch = event.place.epoch;
    });
  };
  begin_with_users();
  protocol_client ann = come_as("ann");
  EXPECT_EQ(publish(ann, "k", "1"), "1");
  EXPECT_EQ(publish(ann, "k", "1"), "1");
  EXPECT_EQ(publish(ann, "k", "2"), "error 111");
  EXPECT_EQ(publish(ann, "no", "1"), "error 103");
  protocol_client nobody = come_as("");
  const std::string answer = nobody.ask(R"({"id":1,"pub":"kept.a","d":1})");
  hub_->publish("kept.a", "3");
  const std::lock_guard lock(mutex);
  EXPECT_THAT(asked, ElementsAre("k", "no", ""));
  EXPECT_THAT(told, ElementsAre("kept.a 1 k ann", "kept.a 2  "));
  EXPECT_EQ(epoch, epoch_of(answer));
}

// The window of the topic, and of a hub's first frame.
TEST_P(PublicationsTest, ClientsAreToldHowLongKeysAreKnown) {
  topic_rule brief{"brief", {}};
  brief.options.allow_client_publish = true;
  brief.options.dedup_window = 30s;
  topic_rule closed{"closed", {}};
  closed.options.dedup_window = 0ms;
  chosen_.topics.rules.push_back(brief);
  chosen_.topics.rules.push_back(closed);
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.hello(), HasSubstr(R"("window":30000,)"));
  EXPECT_THAT(client.ask(R"({"id":1,"pub":"kept.a","d":1,"key":"k"})"),
              HasSubstr(R"("o":1,"window":120000}})"));
  EXPECT_THAT(client.ask(R"({"id":1,"pub":"kept.a","d":1,"key":"k"})"),
              HasSubstr(R"("o":1,"window":120000}})"));
  EXPECT_THAT(client.ask(R"({"id":1,"pub":"brief","d":1,"key":"k"})"),
              HasSubstr(R"("o":1,"window":30000}})"));
  EXPECT_THAT(client.ask(R"({"id":1,"pub":"brief","d":1})"), Not(HasSubstr("window")));
}

TEST_P(PublicationsTest, WhereTheyPublishNowhereNoWindowIsTold) {
  chosen_.topics.rules.clear();
  begin();
  EXPECT_THAT(protocol_client(port_).hello(), Not(HasSubstr("window")));
}

TEST_P(PublicationsTest, WhereKeysSayNothingTheWindowIsZero) {
  chosen_.topics.rules.clear();
  chosen_.topics.defaults.allow_client_publish = true;
  chosen_.topics.defaults.dedup_window = 0ms;
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.hello(), HasSubstr(R"("window":0,)"));
  const std::string published = R"({"id":1,"pub":"a","d":1,"key":"k"})";
  EXPECT_THAT(client.ask(published), HasSubstr(R"("o":1,"window":0}})"));
  EXPECT_THAT(client.ask(published), HasSubstr(R"("o":2,"window":0}})"));
}

TEST_P(PublicationsTest, WhileTheirMemoryIsUsedUpTheWindowIsShorter) {
  chosen_.topics.max_key_bytes = 65'536;
  begin();
  const auto key = [](int i) { return "key " + std::to_string(i); };
  for (int i = 0; i < 2000; ++i)
    hub_->publish("kept.a", "1", message_kind::text, key(i));
  EXPECT_FALSE(hub_->publish("kept.a", "1", message_kind::text, key(0)).duplicate);
  EXPECT_TRUE(hub_->publish("kept.a", "1", message_kind::text, key(1999)).duplicate);
  protocol_client client(port_);
  EXPECT_LT(std::stoi(part_of(client.hello(), R"("window":)", ',')), 60'000);
  const std::string answer = client.ask(R"({"id":1,"pub":"kept.a","d":1,"key":"k"})");
  EXPECT_LT(std::stoi(part_of(answer, R"("window":)", '}')), 60'000);
}

// It was closed with 1011, and a client that kept what it had published came back with it for ever.
TEST_P(PublicationsTest, AHandlerThatThrowsIsAnsweredAndTheConnectionLives) {
  chosen_.topics.rules[0].options.presence.enabled = true;
  std::atomic<bool> fails{false};
  prepare_ = [&] {
    const auto decide = [&](const connection&, const auto&) -> command_reply {
      if (fails)
        throw std::runtime_error("the database is away");
      return command_reply::allow();
    };
    hub_->on_subscribe(decide);
    hub_->on_publish(decide);
    hub_->on_history(decide);
    hub_->on_presence(decide);
  };
  begin();
  protocol_client client(port_);
  subscribe(client, "kept.a");
  fails = true;
  const std::string failed = R"("error":{"code":100,"reason":"the server failed"}})";
  EXPECT_EQ(client.ask(R"({"id":2,"sub":{"kept.b":{}}})"), R"({"id":2,"sub":"kept.b",)" + failed);
  EXPECT_EQ(client.ask(R"({"id":3,"sub":{"kept.*":{}}})"), R"({"id":3,"sub":"kept.*",)" + failed);
  EXPECT_EQ(client.ask(R"({"id":4,"pub":"kept.a","d":1})"), R"({"id":4,)" + failed);
  EXPECT_EQ(client.ask(R"({"id":5,"history":"kept.a"})"), R"({"id":5,)" + failed);
  EXPECT_EQ(client.ask(R"({"id":6,"presence":"kept.a"})"), R"({"id":6,)" + failed);
  client.send(R"({"pub":"kept.a","d":1})");  // it wants no answer
  EXPECT_THAT(client.ask(R"({"id":7,"unsub":["."]})"), HasSubstr(R"("id":7,)"));
  fails = false;
  EXPECT_THAT(client.ask(R"({"id":8,"pub":"kept.a","d":1})"), HasSubstr(R"("o":1)"));
  EXPECT_EQ(hub_->stats().handler_failures, 6U);
}

TEST_P(PublicationsTest, OnPublishedThatThrowsChangesNothing) {
  prepare_ = [this] {
    hub_->on_published([](const connection&, const published_event&) {
      throw std::runtime_error("the database is away");
    });
  };
  begin();
  protocol_client client(port_);
  EXPECT_EQ(publish(client, "k", "1"), "1");
  EXPECT_EQ(publish(client, "l", "2"), "2");
  EXPECT_EQ(hub_->stats().handler_failures, 2U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(PublicationsTest);

}  // namespace
}  // namespace broadcast_hub::test
