#pragma once

#include "topic/reader.hpp"
#include "topic/registry.hpp"

#include <broadcast_hub/topic_options.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

namespace broadcast_hub::test {

/// The topics of a hub with one shard, without sockets and with a clock that stands still.
class topic_shard {
 public:
  static constexpr std::size_t ample = std::size_t{1} << 40;

  explicit topic_shard(const topic::unit_format& format, topics_options chosen = {},
                       std::size_t max_backlog_bytes = ample)
      : options(std::move(chosen)), registry(options, 1, max_backlog_bytes, format) {}

  /// Appends one unit, making the topic if it is not there.
  topic::topic::append_result publish(std::string_view name, std::string_view unit) {
    return registry.open(name).found->append({unit.substr(0, 1), unit.substr(1)}, now);
  }

  /// One whole walk; `visited(slot)` offers and sends. Returns whether it is time for a patrol.
  template <typename Visited>
  bool walk(Visited visited) {
    if (!reader.begin_walk())
      return false;
    using kind = topic::reader::visit::kind;
    for (auto next = reader.next(); next.what != kind::over; next = reader.next())
      visited(next);
    return reader.end_walk(now);
  }

  time_point now{std::chrono::hours(100)};
  topics_options options;
  topic::registry registry;
  topic::reader reader{registry, 0};
};

}  // namespace broadcast_hub::test
