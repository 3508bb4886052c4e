#pragma once

#include "base/text.hpp"

#include <broadcast_hub/log.hpp>
#include <broadcast_hub/options.hpp>

namespace broadcast_hub {

/// Hands lines to the application's sink. Ask `enabled` before formatting on a busy path.
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
  void log(log_level level, const Parts&... parts) const {
    if (enabled(level))
      write(level, {}, join(parts...));
  }

 private:
  log_options options_;
};

}  // namespace broadcast_hub
