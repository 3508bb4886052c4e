#pragma once

#include "session/decoder_pool.hpp"
#include "topic/limits.hpp"
#include "wire/inflater.hpp"

#include <broadcast_hub/options.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace broadcast_hub::session {

/// What the sessions of one shard share.
struct shard_context {
  explicit shard_context(const hub_options& hub_options)
      : options(hub_options),
        max_moved_bytes(
            std::max(options.outbound.max_queued_bytes, topic::largest_lag_bytes(options.topics))),
        decoders(hub_options.limits.max_message_bytes) {}

  const hub_options& options;
  const std::size_t max_moved_bytes;     ///< of publications in a connection's own queue
  std::string (*http_date)() = nullptr;  ///< the present moment for `Date` (RFC 9110, 6.6.1)
  decoder_pool decoders;
  wire::inflater inflater;
  std::size_t partial_bytes = 0;  ///< of half-received messages, all connections together
};

}  // namespace broadcast_hub::session
