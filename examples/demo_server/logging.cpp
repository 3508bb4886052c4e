#include "logging.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace demo {
namespace {

spdlog::level::level_enum to_spdlog(broadcast_hub::log_level level) {
  switch (level) {
    case broadcast_hub::log_level::trace:
      return spdlog::level::trace;
    case broadcast_hub::log_level::debug:
      return spdlog::level::debug;
    case broadcast_hub::log_level::info:
      return spdlog::level::info;
    case broadcast_hub::log_level::warn:
      return spdlog::level::warn;
    case broadcast_hub::log_level::error:
      return spdlog::level::err;
    case broadcast_hub::log_level::off:
      break;
  }
  return spdlog::level::off;
}

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(broadcast_hub::log_level level) {
  auto logger = spdlog::stdout_color_mt("demo_server");
  logger->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
  logger->set_level(to_spdlog(level));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

broadcast_hub::log_sink make_sink(std::shared_ptr<spdlog::logger> logger) {
  return [logger = std::move(logger)](const broadcast_hub::log_record& record) {
    logger->log(to_spdlog(record.level),
                spdlog::string_view_t(record.text.data(), record.text.size()));
  };
}

}  // namespace demo
