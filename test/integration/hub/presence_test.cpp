// Who is there, as clients of bhub.v1 are told.

#include "fixture.hpp"
#include "protocol_client.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class PresenceTest : public hub_fixture {
 protected:
  PresenceTest() {
    topic_rule room{"room.*", {}};
    room.options.presence.enabled = true;
    room.options.presence.max_named = 5;
    room.options.presence.grace = 300ms;
    chosen_ = options();
    chosen_.topics.rules = {room};
  }

  /// Clients say who they are by the query.
  void begin() {
    hub_ = std::make_unique<hub>(chosen_);
    hub_->on_upgrade([](const upgrade_request& request) {
      const std::string& user = request.query;
      return upgrade_reply::accept(user, user.empty() ? "" : R"({"name":")" + user + R"("})");
    });
    prepare_();
    port_ = hub_->listen(0);
    hub_->start();
  }

  protocol_client arrive(const std::string& user, bool watches = false) {
    protocol_client client(port_, {}, "/?" + user);
    const std::string answer = client.ask(R"({"id":1,"sub":{"room.1":{)" +
                                          std::string(watches ? R"("presence":true)" : "") + "}}}");
    EXPECT_THAT(answer, StartsWith(R"({"id":1,"sub":"room.1","e":)"));
    return client;
  }

  static void allow_descriptors() {
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
  }

  static std::string id_of(const protocol_client& client) {
    return part_of(client.hello(), R"("cid":")", '"');
  }

  hub_options chosen_;
  std::function<void()> prepare_ = [] {};
  std::unique_ptr<hub> hub_;
  std::uint16_t port_ = 0;
};

TEST_P(PresenceTest, WhoWatchesIsToldWhoComesAndGoes) {
  begin();
  protocol_client watcher = arrive("ann", true);
  EXPECT_EQ(watcher.read(), R"({"t":"room.1","join":[{"cid":")" + id_of(watcher) +
                                R"(","user":"ann","info":{"name":"ann"}}],"n":1})");
  {
    protocol_client bob = arrive("bob");
    EXPECT_EQ(watcher.read(), R"({"t":"room.1","join":[{"cid":")" + id_of(bob) +
                                  R"(","user":"bob","info":{"name":"bob"}}],"n":2})");
    bob.ask(R"({"id":2,"unsub":["room.1"]})");
    EXPECT_THAT(watcher.read(), HasSubstr(R"("leave":[{"cid":")" + id_of(bob)));
  }
  std::string anonymous;
  {
    protocol_client other = arrive("");
    anonymous = id_of(other);
    EXPECT_EQ(watcher.read(), R"({"t":"room.1","join":[{"cid":")" + anonymous + R"("}],"n":2})");
  }
  EXPECT_EQ(watcher.read(), R"({"t":"room.1","leave":[{"cid":")" + anonymous + R"("}],"n":1})");
}

TEST_P(PresenceTest, WhoComesBackInTimeHasNotLeft) {
  chosen_.topics.rules[0].options.presence.grace = 1min;  // on a busy machine, too
  begin();
  protocol_client watcher = arrive("ann", true);
  watcher.read();
  {
    protocol_client bob = arrive("bob");
    EXPECT_THAT(watcher.read(), HasSubstr(R"("user":"bob")"));
  }
  protocol_client bob = arrive("bob");
  protocol_client carl = arrive("carl");
  EXPECT_THAT(watcher.read(), HasSubstr(R"("join":[{"cid":")" + id_of(carl)));
}

TEST_P(PresenceTest, WhoIsSubscribedMayBeginToWatchLater) {
  begin();
  protocol_client first = arrive("ann", true);
  first.read();
  protocol_client late(port_);
  const std::string epoch = epoch_of(late.ask(R"({"id":1,"sub":{"room.1":{}}})"));
  EXPECT_THAT(first.read(), HasSubstr(id_of(late)));  // so it is not news any more
  EXPECT_THAT(
      late.ask(R"({"id":2,"sub":{"room.1":{"presence":true,"e":")" + epoch + R"(","o":0}}})"),
      HasSubstr(R"("rec":true)"));
  protocol_client bob = arrive("bob");
  EXPECT_THAT(late.read(), HasSubstr(id_of(bob)));
}

TEST_P(PresenceTest, AndMayEndThatAndStaySubscribed) {
  begin();
  protocol_client watcher = arrive("ann", true);
  watcher.read();
  const std::string epoch =
      epoch_of(watcher.ask(R"({"id":2,"sub":{"room.1":{"presence":true,"e":"0","o":0}}})"));
  watcher.ask(R"({"id":3,"sub":{"room.1":{"presence":false,"e":")" + epoch + R"(","o":0}}})");
  protocol_client bob = arrive("bob");
  EXPECT_THAT(bob.ask(R"({"id":4,"presence":"room.1"})"), HasSubstr(R"("n":2)"));
  EXPECT_THAT(watcher.ask(R"({"id":5,"presence":"room.1"})"), HasSubstr(R"({"id":5,"ok")"));
  hub_->publish("room.1", "1");
  EXPECT_THAT(watcher.read(), HasSubstr(R"("d":1)"));
  // It may begin anew.
  watcher.ask(R"({"id":6,"sub":{"room.1":{"presence":true,"e":")" + epoch + R"(","o":1}}})");
  protocol_client carl = arrive("carl");
  EXPECT_THAT(watcher.read(), HasSubstr(id_of(carl)));
}

TEST_P(PresenceTest, AnAnswerNamesThoseWhoAreThere) {
  begin();
  protocol_client ann = arrive("ann");
  EXPECT_EQ(ann.ask(R"({"id":4,"presence":"room.1"})"),
            R"({"id":4,"ok":{"clients":{")" + id_of(ann) +
                R"(":{"user":"ann","info":{"name":"ann"}}},"n":1}})");
  std::deque<protocol_client> others;
  for (int i = 0; i < 5; ++i)
    others.push_back(arrive("u" + std::to_string(i)));
  EXPECT_EQ(ann.ask(R"({"id":5,"presence":"room.1"})"), R"({"id":5,"ok":{"n":6}})");
}

// The presence room does the same with 10,000; here are as many sockets as a machine surely has.
TEST_P(PresenceTest, ACrowdIsToldInFewFramesAndWithoutNames) {
  constexpr std::size_t many = 1500;
  allow_descriptors();
  chosen_.heartbeat.ping_after = 0ms;  // nobody here answers
  begin();
  protocol_client watcher = arrive("ann", true);
  watcher.read();
  const auto start = std::chrono::steady_clock::now();
  std::deque<protocol_client> crowd;
  while (crowd.size() < many)
    crowd.push_back(arrive(""));
  std::string last;
  int frames = 0;
  while (part_of(last, R"("n":)", '}') != std::to_string(many + 1)) {
    last = watcher.read();
    ++frames;
  }
  EXPECT_THAT(last, Not(HasSubstr("join")));
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start);
  EXPECT_LE(frames, 1 + 10 * seconds.count());
}

TEST_P(PresenceTest, AnApplicationMayKeepItSecret) {
  prepare_ = [this] {
    hub_->on_presence([](const connection& peer, const presence_event& event) {
      EXPECT_EQ(event.topic, "room.1");
      return peer.user() == "ann" ? command_reply::allow() : command_reply::deny("for Ann only");
    });
  };
  begin();
  protocol_client ann = arrive("ann", true);
  ann.read();  // that she is there
  EXPECT_THAT(ann.ask(R"({"id":2,"presence":"room.1"})"), HasSubstr("clients"));
  protocol_client bob = arrive("bob");
  EXPECT_THAT(bob.ask(R"({"id":2,"presence":"room.1"})"), HasSubstr("for Ann only"));
  protocol_client carl(port_, {}, "/?carl");
  EXPECT_THAT(carl.ask(R"({"id":1,"sub":{"room.1":{"presence":true}}})"),
              HasSubstr(R"("sub":"room.1","error":{"code":103,"reason":"for Ann only"})"));
}

TEST_P(PresenceTest, WhereItIsNotEnabledItIsRefused) {
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":1,"presence":"other"})"), HasSubstr(R"("code":103)"));
  EXPECT_THAT(client.ask(R"({"id":2,"sub":{"other":{"presence":true}}})"),
              HasSubstr(R"("code":103)"));
  EXPECT_THAT(client.ask(R"({"id":3,"presence":"room.1"})"), HasSubstr(R"("code":106)"));
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(PresenceTest);

}  // namespace
}  // namespace broadcast_hub::test
