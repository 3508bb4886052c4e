#pragma once

#include "base/text.hpp"

#include <broadcast_hub/log.hpp>
#include <broadcast_hub/options.hpp>

#include <exception>

namespace broadcast_hub {

/// Hands lines to the application's sink. Ask `enabled` before formatting on a busy path. A line
/// for which there is no memory is left out.
///
/// Thread safety: all methods may be called from any thread.
class logger {
 public:
  explicit logger(log_options options);

  bool enabled(log_level level) const noexcept {
    return level >= options_.level && level != log_level::off && options_.sink;
  }

  /// A sink that throws is ignored: a log must not bring the hub down.
  void write(log_level level, connection_id connection, std::string_view text) const noexcept;

  template <typename... Parts>
  void log(log_level level, const Parts&... parts) const noexcept {
    log_about({}, level, parts...);
  }

  template <typename... Parts>
  void log_about(connection_id connection, log_level level, const Parts&... parts) const noexcept {
    if (!enabled(level))
      return;
    try {
      write(level, connection, join(parts...));
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory to say it in
    }
  }

 private:
  log_options options_;
};

}  // namespace broadcast_hub
