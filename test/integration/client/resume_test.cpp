#include "fixture.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

// Connections break, hubs restart: nothing is missing, or the client says so.

namespace broadcast_hub::test {
namespace {

class ClientResumeTest : public client_fixture {
 protected:
  /// Publishes the numbers from `first` up to `last`.
  void publish_numbers(int first, int last) {
    for (int i = first; i <= last; ++i)
      hub_->publish("news", std::to_string(i));
  }

  void expect_numbers(int last) {
    const std::vector<std::string> got = heard.wait_for(static_cast<std::size_t>(last));
    ASSERT_EQ(got.size(), static_cast<std::size_t>(last));
    for (int i = 1; i <= last; ++i) {
      const std::string number = std::to_string(i);
      EXPECT_EQ(got[static_cast<std::size_t>(i - 1)], "news " + number + " " + number);
    }
  }
};

TEST_F(ClientResumeTest, MissesNothingWhenTheConnectionIsClosed) {
  start_hub();
  const auto one = make_client();
  one->subscribe("news");
  one->start();
  subscribed.wait_for(1);
  publish_numbers(1, 3);
  heard.wait_for(3);
  peer().close(close_code{4000}, "test");
  EXPECT_EQ(states.wait_for("waiting"), "waiting 4000 test");
  publish_numbers(4, 6);
  expect_numbers(6);
  EXPECT_EQ(subscribed.wait_for(2), (std::vector<std::string>{"news first", "news recovered"}));
}

TEST_F(ClientResumeTest, MissesNothingWhilePublishersGoOn) {
  start_hub();
  const auto one = make_client();
  one->subscribe("news");
  one->start();
  subscribed.wait_for(1);
  constexpr int last = 900;
  std::thread publisher([&] {
    for (int i = 1; i <= last; ++i) {
      hub_->publish("news", std::to_string(i));
      if (i % 150 == 0) {
        peer().close(close_code{4008});
        heard.wait_for(static_cast<std::size_t>(i));
      }
    }
  });
  expect_numbers(last);
  publisher.join();
}

TEST_F(ClientResumeTest, SaysSoWhenTheHubHasForgotten) {
  start_hub();
  const auto one = make_client();
  one->subscribe("news");
  one->start();
  subscribed.wait_for(1);
  publish_numbers(1, 3);
  heard.wait_for(3);
  stop_hub();
  EXPECT_NE(states.wait_for("waiting"), "");
  start_hub();
  EXPECT_EQ(subscribed.wait_for(2).back(), "news epoch");
  hub_->publish("news", "anew");
  EXPECT_EQ(heard.wait_for(4).back(), "news 1 anew");
}

TEST_F(ClientResumeTest, ComesBackWhenTheHubRestarts) {
  start_hub();
  const auto one = make_client();
  one->start();
  states.wait_for("open");
  for (int i = 0; i < 3; ++i) {
    stop_hub();
    states.wait_for("waiting");
    states.clear();
    start_hub();
    EXPECT_EQ(states.wait_for("open"), "open");
  }
}

TEST_F(ClientResumeTest, GoesOnInAnotherLifeOfTheProgram) {
  start_hub();
  topic_position seen;
  {
    client first(options());
    first.on_subscribed([&](const client_subscribed_event& event) {
      seen = event.position.value();
      subscribed.add("first");
    });
    first.subscribe("news");
    first.start();
    subscribed.wait_for(1);
  }
  publish_numbers(1, 3);
  const auto second = make_client();
  second->subscribe("news", subscribe_options{seen, 0});
  second->start();
  expect_numbers(3);
  EXPECT_EQ(subscribed.wait_for(2).back(), "news recovered");
}

}  // namespace
}  // namespace broadcast_hub::test
