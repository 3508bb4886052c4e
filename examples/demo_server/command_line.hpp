#pragma once

#include "page_url.hpp"

#include <broadcast_hub/log.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace demo {

/// What the flags say.
struct settings {
  std::uint16_t http_port = 8080;
  std::uint16_t ws_port = default_ws_port;
  std::string bind = "localhost";
  bool strict_origin = false;
  std::string web;
  std::chrono::milliseconds interval = std::chrono::seconds(3);
  unsigned threads = 1;
  broadcast_hub::log_level level = broadcast_hub::log_level::debug;
};

/// What to do with a command line: serve with `values`, or end with `exit_status` at once, because
/// help was asked for (and printed) or a flag was wrong (and said so on stderr).
struct command_line {
  bool serve = false;
  int exit_status = 0;
  settings values;
};

command_line read_command_line(int argc, const char* const* argv);

/// Exit statuses beside 0.
constexpr int cannot_start = 1;
constexpr int bad_use = 2;

/// One line on stderr, under the program's name.
void complain(const std::string& text);

}  // namespace demo
