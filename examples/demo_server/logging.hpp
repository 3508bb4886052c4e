#pragma once

#include <broadcast_hub/log.hpp>
#include <spdlog/logger.h>

#include <memory>

namespace demo {

/// A logger that writes to stdout, each line at once, also into a pipe or a file.
std::shared_ptr<spdlog::logger> make_logger(broadcast_hub::log_level level);

/// Hands the library's lines to `logger`.
broadcast_hub::log_sink make_sink(std::shared_ptr<spdlog::logger> logger);

}  // namespace demo
