#pragma once

#include "base/logger.hpp"
#include "base/text.hpp"
#include "net/connection.hpp"

#include <broadcast_hub/message.hpp>

#include <string>
#include <string_view>

namespace broadcast_hub {

/// "[17 127.0.0.1:50312] ", with which every line about a connection begins.
std::string prefix_of(const net::connection& peer);

template <typename... Parts>
void log_peer(const logger& log, log_level level, const net::connection& peer,
              const Parts&... parts) {
  if (log.enabled(level))
    log.write(level, peer.id(), join(prefix_of(peer), parts...));
}

/// "text, 19 bytes".
std::string describe(message_kind kind, std::string_view payload);

/// What the exception that is being handled says of itself.
std::string current_exception_text();

}  // namespace broadcast_hub
