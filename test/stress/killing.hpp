#pragma once

#include "numbered_payload.hpp"

#include <broadcast_hub/options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace broadcast_hub::stress {

// What the kill tests have in common.

inline constexpr std::uint64_t topics = 20;
inline constexpr std::size_t topics_each = 4;
inline constexpr unsigned restarts = 2;

inline constexpr std::size_t kept_on_short_topic = 20;
inline constexpr std::size_t missed_at_the_end = 40;
static_assert(kept_on_short_topic < missed_at_the_end);

/// A hub whose clients come back at once. `topic`: how its topics are, but the short one keeps
/// less.
inline hub_options hub_of_the_killed(unsigned shards, std::size_t clients, topic_options topic) {
  hub_options chosen;
  chosen.shards = shards;
  chosen.limits.max_connections = 5 * clients + 2'000;
  chosen.heartbeat.ping_after = std::chrono::seconds(2);
  topic.max_lag_bytes = std::size_t{16} << 20U;
  chosen.topics.defaults = topic;
  topic.history.max_publications = kept_on_short_topic;
  chosen.topics.rules = {{topic_name(short_topic), topic}};
  chosen.topics.max_log_bytes = std::size_t{2} << 30U;
  chosen.protocol.retry_min = std::chrono::milliseconds(1);
  chosen.protocol.retry_max = std::chrono::milliseconds(20);
  chosen.protocol.comeback_within = std::chrono::milliseconds(50);
  return chosen;
}

}  // namespace broadcast_hub::stress
