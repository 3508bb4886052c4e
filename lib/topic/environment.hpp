#pragma once

#include "topic/inbox.hpp"
#include "topic/memory_budget.hpp"
#include "topic/recent_keys.hpp"
#include "topic/unit_format.hpp"

#include <bitset>
#include <cstddef>
#include <deque>

namespace broadcast_hub::topic {

inline constexpr std::size_t max_readers = 256;
using reader_set = std::bitset<max_readers>;

/// What all topics of a hub share.
struct topic_environment {
  std::size_t readers = 1;
  std::size_t max_backlog_bytes = 0;  ///< how far the slowest shard may be behind
  unit_format format;
  memory_budget& budget;
  recent_keys& keys;
  std::deque<inbox>& inboxes;  ///< one for each reader
};

}  // namespace broadcast_hub::topic
