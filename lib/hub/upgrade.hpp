#pragma once

#include "wire/request.hpp"

#include <broadcast_hub/connection_id.hpp>
#include <broadcast_hub/events.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace broadcast_hub {

class hub_core;

/// The request as the application sees it.
upgrade_request describe(const wire::request& request, std::string remote_address);

/// What is wrong with a reply, in a sentence for the log; nothing if it may be sent.
std::optional<std::string> find_fault(const upgrade_reply& answer, const wire::request& request);

/// What all copies of a responder share. The last copy to go answers for the application that
/// forgot.
class BROADCAST_HUB_NO_EXPORT upgrade_responder::state {
 public:
  state(std::weak_ptr<hub_core> hub, connection_id id, wire::request request);
  ~state();
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  void reply(upgrade_reply answer);

 private:
  std::weak_ptr<hub_core> hub_;
  connection_id id_;
  wire::request request_;
  std::atomic<bool> answered_{false};
};

}  // namespace broadcast_hub
