#pragma once

#include <broadcast_hub/handlers.hpp>

namespace broadcast_hub {

/// What the application set up. Constant from the start on.
struct hub_handlers {
  upgrade_handler on_upgrade;
  async_upgrade_handler on_upgrade_async;
  open_handler on_open;
  message_handler on_message;
  close_handler on_close;
  slow_handler on_slow;
  drain_handler on_drain;
  subscribe_handler on_subscribe;
  publish_handler on_publish;
  published_handler on_published;
  history_handler on_history;
  presence_handler on_presence;
};

}  // namespace broadcast_hub
