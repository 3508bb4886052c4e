#include "base/logger.hpp"

#include <utility>

namespace broadcast_hub {

std::string_view to_string(log_level level) noexcept {
  switch (level) {
    case log_level::trace:
      return "trace";
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warn:
      return "warn";
    case log_level::error:
      return "error";
    case log_level::off:
      return "off";
  }
  return "off";
}

std::string to_string(connection_id id) {
  return std::to_string(id.serial);
}

logger::logger(log_options options) : options_(std::move(options)) {}

void logger::write(log_level level, connection_id connection,
                   std::string_view text) const noexcept {
  if (!enabled(level))
    return;
  try {
    options_.sink({level, connection, text});
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is no place left to report it
  }
}

}  // namespace broadcast_hub
