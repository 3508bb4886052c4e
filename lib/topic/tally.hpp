#pragma once

#include "base/counter.hpp"

namespace broadcast_hub::topic {

/// What one shard did with publications, in pairs of a publication and a subscriber:
/// offered = delivered + dropped for any reason + still pending.
struct tally {
  counter offered;             ///< a walk came by, something overtook it, or somebody left
  counter delivered;           ///< the kernel took the last byte
  counter dropped_oldest;      ///< by `slow_consumer_policy::drop_oldest`
  counter dropped_superseded;  ///< by `slow_consumer_policy::latest`
  counter dropped_at_end;      ///< the connection or the subscription ended first
};

}  // namespace broadcast_hub::topic
