#pragma once

#include "protocol/server_frame_reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::benchmark {

/// Clients subscribe to the same topics, with a command for each; its id is the topic's number,
/// from 1 on. Each must be answered once, in any order.
class subscribe_check {
 public:
  subscribe_check(std::size_t clients, std::size_t topics)
      : topics_(topics), answered_(clients * topics) {}

  static std::string topic_name(std::size_t number) { return "topics." + std::to_string(number); }

  /// The next frame of a client; returns what is wrong with it, in words, or nothing.
  std::string take(std::size_t client, std::string_view frame);

  /// Commands that are answered.
  std::size_t answered() const noexcept { return count_; }

 private:
  std::size_t topics_;
  std::vector<bool> answered_;
  std::size_t count_ = 0;
  protocol::server_frame_reader reader_;
};

}  // namespace broadcast_hub::benchmark
