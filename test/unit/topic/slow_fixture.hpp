#pragma once

#include "reader_fixture.hpp"
#include "topic/reader.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic::test {

class slow_fixture : public reader_fixture {
 protected:
  /// One subscriber of "a" that takes nothing.
  void begin(slow_consumer_policy policy, std::size_t max_lag_bytes = 1000) {
    options_.defaults.slow_consumers = policy;
    options_.defaults.max_lag_bytes = max_lag_bytes;
    subscribe(0, "a");
  }
  void publish_unread(std::string_view text) {
    publish("a", text);
    walk(0);
  }
  std::vector<std::string> drained() {
    std::vector<std::string> names;
    for (const auto& each : topics().take_drained_topics())
      names.push_back(each->name());
    return names;
  }
  verdict judged() { return topics().judge(person(0), shard().now); }
  void skip() { topics().skip(person(0), shard().now); }
  void patrol() {
    topics().patrol([this](std::uint32_t slot) {
      if (topics().judge(person(slot), shard().now) == verdict::skip)
        topics().skip(person(slot), shard().now);
      person(slot).note_lag();
    });
  }
  std::size_t reports() { return topics().take_slow_reports().size(); }

  static inline const std::string hundred = std::string(96, 'x');
};

}  // namespace broadcast_hub::topic::test
