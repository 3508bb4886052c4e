#pragma once

#include <broadcast_hub/connection_id.hpp>
#include <broadcast_hub/export.hpp>

#include <functional>
#include <string_view>

namespace broadcast_hub {

/// Levels by who should act.
enum class log_level : unsigned char {
  trace,  ///< whoever debugs the library: every socket accepted and ended, what nobody got
  debug,  ///< whoever debugs an application: every message and HTTP request, every answer
  info,   ///< nobody: listening, opened, closed, stopped
  warn,   ///< the operator, some day: a peer misbehaved, a limit was reached
  error,  ///< the operator or developer, soon: a handler threw, a listener failed
  off     ///< as a threshold: nothing
};

/// One line of the log. Text that came from a peer is escaped and cut to 200 characters, so a line
/// is always a line.
///
/// Lifetime: valid until the sink returns.
struct log_record {
  log_level level = log_level::info;
  connection_id connection;  ///< `serial` is 0 when the line is about no connection
  std::string_view text;     ///< names the connection too
};

/// Receives the log. Called on the thread on which the event happened, so possibly on several at
/// once; it must not call the hub.
using log_sink = std::function<void(const log_record&)>;

/// "trace", "debug", "info", "warn", "error" or "off".
BROADCAST_HUB_EXPORT std::string_view to_string(log_level level) noexcept;

}  // namespace broadcast_hub
