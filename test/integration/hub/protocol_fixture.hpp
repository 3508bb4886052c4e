#pragma once

#include "fixture.hpp"
#include "protocol_client.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace broadcast_hub::test {

/// A hub with topics of several kinds: "kept.>" has a history of five, and clients may publish
/// there; "fresh" has the policy `latest`.
class ProtocolTest : public hub_fixture {
 protected:
  ProtocolTest() {
    topic_rule kept{"kept.>", {}};
    kept.options.history.max_publications = 5;
    kept.options.allow_client_publish = true;
    topic_rule fresh{"fresh", {}};
    fresh.options.slow_consumers = slow_consumer_policy::latest;
    chosen_ = options();
    chosen_.topics.rules = {kept, fresh};
  }

  void begin() {
    hub_ = std::make_unique<hub>(chosen_);
    prepare_();
    listen_.address = "127.0.0.1";
    port_ = hub_->listen(listen_);
    hub_->start();
  }

  /// Subscribes, and returns the topic's epoch.
  std::string subscribe(protocol_client& client, const std::string& topic) {
    const std::string answer = client.ask(R"({"id":1,"sub":{")" + topic + R"(":{}}})");
    EXPECT_THAT(answer, testing::StartsWith(R"({"id":1,"sub":")" + topic + R"(","e":")"));
    return epoch_of(answer);
  }

  static std::string resume(const std::string& topic, const std::string& epoch,
                            const std::string& offset) {
    return R"({"id":7,"sub":{")" + topic + R"(":{"e":")" + epoch + R"(","o":)" + offset + "}}}";
  }

  hub_options chosen_;
  listen_options listen_;
  std::function<void()> prepare_ = [] {};
  std::unique_ptr<hub> hub_;
  std::uint16_t port_ = 0;
};

}  // namespace broadcast_hub::test
