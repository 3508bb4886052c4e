#include "fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// What the hub asks of, or does with, each connection on the thread of its shard.
class VisitsTest : public hub_fixture {
 protected:
  hub_options logged_into(shared_list<std::string>& errors) const {
    hub_options chosen = options();
    chosen.log.level = log_level::error;
    chosen.log.sink = collect_into(errors);
    return chosen;
  }

  static void throw_if_bad(const connection& peer) {
    if (peer.path() == "/bad")
      throw std::runtime_error("not this one");
  }

  /// `visit` calls `throw_if_bad` and sends "for you": one client is closed, the other gets that.
  void expect_one_closed(const std::function<std::error_code(hub&)>& visit, const char* logged) {
    shared_list<std::string> errors;
    hub hub(logged_into(errors));
    const auto port = hub.listen(0);
    hub.start();
    ws_client bad(port, "/bad");
    ws_client good(port, "/good");
    ASSERT_TRUE(eventually([&] { return hub.connection_count() == 2; }));
    EXPECT_FALSE(visit(hub));
    EXPECT_EQ(bad.read_close(), 1011U);
    EXPECT_EQ(good.read_text(), "for you");
    EXPECT_THAT(errors.all(), ElementsAre(HasSubstr(logged)));
    EXPECT_EQ(hub.stats().handler_failures, 1U);
  }
};

TEST_P(VisitsTest, InAHandlerTheyComeBehindIt) {
  std::atomic<std::thread::id> handler_thread;
  std::atomic<bool> inside{false};
  shared_list<bool> nested;
  hub hub(options());
  hub.on_message([&](const connection&, const message&) {
    handler_thread = std::this_thread::get_id();
    inside = true;
    EXPECT_FALSE(hub.for_each_connection([&](const connection&) {
      nested.add(inside && handler_thread.load() == std::this_thread::get_id());
    }));
    inside = false;
  });
  const auto port = hub.listen(0);
  hub.start();
  std::vector<ws_client> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back(port);
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 8; }));
  clients.front().send_text("go");
  ASSERT_TRUE(eventually([&] { return nested.size() == 8; }));
  EXPECT_THAT(nested.all(), testing::Each(false));
}

// It returns although no shard can have visited anything: all are held up in a handler.
TEST_P(VisitsTest, AreNotWaitedFor) {
  gate end;
  std::atomic<int> held{0};
  std::atomic<int> visited{0};
  hub hub(options());
  hub.on_message([&](const connection&, const message&) {
    ++held;
    end.wait();
  });
  const auto port = hub.listen(0);
  const gate_opener in_any_case(end);
  hub.start();
  std::vector<ws_client> clients;
  for (unsigned i = 0; i < 2 * GetParam(); ++i)
    clients.emplace_back(port);
  for (ws_client& client : clients)
    client.send_text("hold");
  ASSERT_TRUE(eventually([&] { return held == static_cast<int>(GetParam()); }));
  EXPECT_FALSE(hub.for_each_connection([&](const connection&) { ++visited; }));
  EXPECT_EQ(visited, 0);
  end.open();
  EXPECT_TRUE(eventually([&] { return visited == static_cast<int>(clients.size()); }));
}

TEST_P(VisitsTest, AFunctionThatThrowsClosesThatConnectionWith1011AndVisitsTheOthers) {
  expect_one_closed(
      [](hub& hub) {
        return hub.for_each_connection([](const connection& peer) {
          throw_if_bad(peer);
          peer.send("for you");
        });
      },
      "the function of for_each_connection threw: not this one");
}

TEST_P(VisitsTest, APredicateThatThrowsClosesThatConnectionWith1011AndTheOthersGetTheMessage) {
  expect_one_closed(
      [](hub& hub) {
        const auto picky = [](const connection& peer) {
          throw_if_bad(peer);
          return true;
        };
        return hub.broadcast_if(picky, "for you");
      },
      "the predicate of broadcast_if threw: not this one");
}

TEST_P(VisitsTest, AnOpenHandlerThatThrowsClosesWith1011) {
  shared_list<std::string> errors;
  shared_list<close_event> ends;
  hub hub(logged_into(errors));
  hub.on_open([](const connection&) { throw std::runtime_error("no room"); });
  hub.on_close([&](const connection&, const close_event& event) { ends.add(event); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client client(port);
  EXPECT_EQ(client.read_close(), 1011U);
  client.send_close(1011);
  EXPECT_EQ(client.socket().read_to_end(), "");
  client.socket().reset();
  ASSERT_TRUE(eventually([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends.all().front().code, close_code::internal_error);
  EXPECT_THAT(errors.all(), ElementsAre(HasSubstr("on_open threw: no room")));
  EXPECT_EQ(hub.stats().handler_failures, 1U);
}

TEST_P(VisitsTest, ACloseHandlerThatThrowsIsLoggedAndHurtsNobody) {
  shared_list<std::string> errors;
  hub hub(logged_into(errors));
  hub.on_close([](const connection&, const close_event&) { throw std::runtime_error("too bad"); });
  const auto port = hub.listen(0);
  hub.start();
  ws_client stays(port);
  { const ws_client leaves(port); }
  ASSERT_TRUE(eventually([&] { return hub.stats().connections_closed == 1; }));
  ASSERT_TRUE(eventually([&] { return errors.size() == 1; }));
  EXPECT_THAT(errors.all(), ElementsAre(HasSubstr("on_close threw: too bad")));
  ASSERT_TRUE(eventually([&] { return hub.connection_count() == 1; }));
  hub.broadcast("still here");
  EXPECT_EQ(stays.read_text(), "still here");
  EXPECT_EQ(hub.stats().handler_failures, 1U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(VisitsTest);

}  // namespace
}  // namespace broadcast_hub::test
