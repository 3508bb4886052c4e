#include "fixture.hpp"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace broadcast_hub::test {
namespace {

class ClientPublishTest : public client_fixture {};

using result_lines = std::vector<std::string>;

TEST_F(ClientPublishTest, TellsThePlaceOfEach) {
  start_hub();
  const auto one = make_client();
  one->publish("news", "one", message_kind::text, note("one"));
  one->start();
  one->publish("news", R"({"two":2})", message_kind::text, note("two"));
  one->publish("news", std::string(1, '\xff'), message_kind::binary, note("three"));
  EXPECT_EQ(published.wait_for(3), (result_lines{"one 1", "two 2", "three 3"}));
  const history_result past = hub_->history("news");
  ASSERT_EQ(past.publications.size(), 3U);
  EXPECT_EQ(past.publications[1].payload, R"({"two":2})");
  EXPECT_EQ(past.publications[2].payload, "\xff");
}

TEST_F(ClientPublishTest, IsRefusedWhereClientsMayNot) {
  hub_options closed = quick_options();
  closed.topics.defaults.allow_client_publish = false;
  start_hub(closed);
  const auto one = make_client();
  one->start();
  one->publish("news", "one", message_kind::text, note("one"));
  EXPECT_EQ(published.wait_for(1), result_lines{"one the server refused"});
}

TEST_F(ClientPublishTest, WhatIsLargerThanTheHubTakesIsToldAndTheClientGoesOn) {
  hub_options strict = quick_options();
  strict.limits.max_message_bytes = 1000;
  start_hub(strict);
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  const std::string large(1000, 'x');
  EXPECT_FALSE(one->publish("news", large, message_kind::text, note("large")));
  EXPECT_EQ(one->send(large), errc::message_too_big);
  EXPECT_FALSE(one->send(std::string(990, 'x')));  // with {"s":""} around it
  EXPECT_EQ(one->send(std::string(993, 'x')), errc::message_too_big);
  EXPECT_FALSE(one->publish("news", "small", message_kind::text, note("small")));
  const result_lines found = published.wait_for(2);
  EXPECT_TRUE(found[0].starts_with("large the message is larger than")) << found[0];
  EXPECT_EQ(found[1], "small 1");
  EXPECT_EQ(hub_->stats().protocol_errors, 0U);
}

TEST_F(ClientPublishTest, WaitsForTheHub) {
  start_hub();
  stop_hub();
  const auto one = make_client();
  one->start();
  one->publish("news", "one", message_kind::text, note("one"));
  states.wait_for("waiting");
  start_hub();
  EXPECT_EQ(published.wait_for(1), result_lines{"one 1"});
}

TEST_F(ClientPublishTest, GoesOnWhenTheHubStopsMeanwhile) {
  start_hub(quick_options(), [this] {
    hub_->on_publish([this](const connection&, const publish_event&) {
      hub_->stop();  // only asks for it here
      return command_reply::allow();
    });
  });
  const auto one = make_client();
  one->start();
  one->publish("news", "one", message_kind::text, note("one"));
  states.wait_for("waiting 1012");
  stop_hub();
  start_hub();
  EXPECT_EQ(published.wait_for(1), result_lines{"one 1"});
}

TEST_F(ClientPublishTest, KeepsToTheBound) {
  start_hub();
  stop_hub();
  client_options chosen = options();
  chosen.max_waiting_commands = 2;
  const auto one = make_client(chosen);
  EXPECT_FALSE(one->publish("news", "one", message_kind::text, note("one")));
  EXPECT_FALSE(one->publish("news", "two", message_kind::text, note("two")));
  EXPECT_EQ(one->publish("news", "three", message_kind::text, note("three")), errc::overloaded);
  one->start();
  start_hub();
  EXPECT_EQ(published.wait_for(2), (result_lines{"one 1", "two 2"}));
  EXPECT_FALSE(one->publish("news", "three", message_kind::text, note("three")));
  EXPECT_EQ(published.wait_for(3).back(), "three 3");
}

TEST_F(ClientPublishTest, IsPublishedOnceHoweverOftenTheConnectionBreaks) {
  start_hub();
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  constexpr int count = 500;
  for (int i = 0; i < count; ++i) {
    if (i % 100 == 50)
      peer().close(close_code{4000});
    one->publish("news", std::to_string(i), message_kind::text, note(std::to_string(i)));
  }
  ASSERT_EQ(published.wait_for(count).size(), std::size_t{count});
  std::set<std::string> payloads;
  const history_result past = hub_->history("news");
  for (const past_publication& each : past.publications)
    payloads.insert(each.payload);
  EXPECT_EQ(past.publications.size(), std::size_t{count});
  EXPECT_EQ(payloads.size(), std::size_t{count});
}

TEST_F(ClientPublishTest, MayBeCalledFromManyThreads) {
  start_hub();
  const auto one = make_client();
  one->start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(one->publish("news", "x", message_kind::text, note("x")));
    });
  }
  for (std::thread& each : threads)
    each.join();
  EXPECT_EQ(published.wait_for(400).size(), 400U);
}

TEST_F(ClientPublishTest, TellsWhatIsWithoutAnswerAtTheEnd) {
  start_hub();
  stop_hub();
  for (const bool started : {false, true}) {
    published.clear();
    const auto one = make_client();
    if (started)
      one->start();
    one->publish("news", "one", message_kind::text, note("one"));
    one->stop();
    EXPECT_EQ(published.wait_for(1), result_lines{"one the client has ended; make a new one"});
    EXPECT_EQ(one->publish("news", "two"), errc::client_closed);
  }
}

}  // namespace
}  // namespace broadcast_hub::test
