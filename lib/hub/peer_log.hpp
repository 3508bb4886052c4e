#pragma once

#include "base/logger.hpp"
#include "base/text.hpp"
#include "net/connection.hpp"

#include <broadcast_hub/message.hpp>

#include <string>
#include <string_view>

namespace broadcast_hub {

/// "[17 127.0.0.1:50312] ", with which every line about a connection begins.
struct prefix_of {
  const net::connection& peer;
};
void append_text(std::string& out, prefix_of part);

/// "text, 19 bytes".
struct summary_of {
  message_kind kind;
  std::string_view payload;
};
void append_text(std::string& out, summary_of part);

template <typename... Parts>
void log_peer(const logger& log, log_level level, const net::connection& peer,
              const Parts&... parts) noexcept {
  log.log_about(peer.id(), level, prefix_of{peer}, parts...);
}

/// What the exception that is being handled says of itself.
std::string current_exception_text() noexcept;

}  // namespace broadcast_hub
