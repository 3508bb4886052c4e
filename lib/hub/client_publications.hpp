#pragma once

#include "hub/client_answers.hpp"
#include "hub/client_rights.hpp"
#include "protocol/command.hpp"
#include "topic/recent_keys.hpp"

#include <broadcast_hub/publication.hpp>

#include <chrono>
#include <optional>

namespace broadcast_hub {

class hub_core;

/// What clients that speak bhub.v1 publish.
///
/// Thread safety: for different shards at once; each on its own thread.
class client_publications {
 public:
  client_publications(hub_core& hub, const client_answers& answers, const client_rights& rights);

  void publish(net::connection& peer, command_id of,
               const protocol::publish_command& command) const;

  /// So long keys of a client are known on all topics where clients may publish, if there are any.
  std::optional<std::chrono::milliseconds> shortest_window(const net::connection& peer) const;

 private:
  std::optional<topic::publication_key> key_of(const net::connection& peer,
                                               const protocol::publish_command& command) const;
  void tell_published(net::connection& peer, command_id of,
                      const protocol::publish_command& command, const publish_result& result) const;

  hub_core& hub_;
  const client_answers& answers_;
  const client_rights& rights_;
  const std::optional<std::chrono::milliseconds> shortest_dedup_window_;
};

}  // namespace broadcast_hub
