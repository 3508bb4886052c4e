#pragma once

#include "protocol/server_frame_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::benchmark {

/// What clients must get that come back to a topic: the answer that all behind their position
/// follows, then that, byte for byte as somebody got it who was there, each once and in order.
class recovery_check {
 public:
  /// `came_back`: clients. `missed`: frames, as they were sent live.
  recovery_check(std::size_t came_back, std::vector<std::string> missed)
      : reached_(came_back, nothing), missed_(std::move(missed)) {}

  /// The next frame of one; returns what is wrong with it, in words, or nothing.
  std::string take(std::size_t client, std::string_view frame);

  /// One that was missed by nobody, and comes live.
  void add_live(std::string frame) { missed_.push_back(std::move(frame)); }

  /// Clients that have everything.
  std::size_t complete() const noexcept { return complete_; }

  /// From now on they must get what was added.
  void begin_again() noexcept { complete_ = 0; }

 private:
  static constexpr std::size_t nothing = static_cast<std::size_t>(-1);

  std::string take_answer(std::size_t client, std::string_view frame);

  std::vector<std::size_t> reached_;  // `nothing`, or frames got
  std::vector<std::string> missed_;
  std::size_t complete_ = 0;
  protocol::server_frame_reader reader_;
};

}  // namespace broadcast_hub::benchmark
