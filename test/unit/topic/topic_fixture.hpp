#pragma once

#include "topic/topic.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>

namespace broadcast_hub::topic::test {

/// One topic and what topics of a hub share.
class topic_fixture : public testing::Test {
 protected:
  topic& the() {
    if (!topic_)
      topic_ = std::make_shared<topic>("news", options_, 77, 0, environment_);
    return *topic_;
  }
  topic::append_result append(std::size_t size) {
    return the().append(raw_only(make_unit(size)), now_);
  }

  time_point now_{std::chrono::hours(100)};
  topic_options options_;
  memory_budget budget_{1'000'000};
  recent_keys keys_{1'000'000};
  std::deque<inbox> inboxes_{3};
  topic_environment environment_{3, 100'000, &unit_size_of, budget_, keys_, inboxes_};
  std::shared_ptr<topic> topic_;
};

}  // namespace broadcast_hub::topic::test
