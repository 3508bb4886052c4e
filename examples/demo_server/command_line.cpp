#include "command_line.hpp"

#include "whole_number.hpp"

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <broadcast_hub/version.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

namespace demo {
namespace {

// DEMO_SERVER_WEB is the folder in the source tree that this program was built from.
std::string default_web_folder() {
  std::error_code ignored;
  if (std::filesystem::is_directory(DEMO_SERVER_WEB, ignored)) {
    return DEMO_SERVER_WEB;
  }
  return "web";
}

// CLI11's own conversion takes "010" for 8 and "0x10" for 16.
CLI::Validator whole_number(unsigned long least, unsigned long most) {
  const auto check = [least, most](const std::string& text) -> std::string {
    if (::whole_number(text, least, most)) {
      return {};
    }
    return "'" + text + "' is not a whole number from " + std::to_string(least) + " to " +
           std::to_string(most);
  };
  return {check, ""};
}

constexpr double shortest_interval = 0.001;
constexpr double longest_interval = 86400;

CLI::Validator seconds_in_range() {
  const auto check = [](const std::string& text) -> std::string {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    const bool plain = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
    if (plain && *end == '\0' && value >= shortest_interval && value <= longest_interval) {
      return {};
    }
    return "'" + text + "' is not a number of seconds from 0.001 to 86400";
  };
  return {check, ""};
}

std::string lower_case(std::string& text) {
  text = CLI::detail::to_lower(text);
  return {};
}

bool is_mapped_ipv4(const in6_addr& address) {
  return IN6_IS_ADDR_V4MAPPED(&address);
}

// A browser's address line takes no scope ("%eth0"), so neither do we.
CLI::Validator address_of_this_kind() {
  const auto check = [](const std::string& text) -> std::string {
    in_addr v4{};
    in6_addr v6{};
    const bool is_v4 = inet_pton(AF_INET, text.c_str(), &v4) == 1;
    const bool is_v6 = inet_pton(AF_INET6, text.c_str(), &v6) == 1;
    if (text == "localhost" || is_v4 || (is_v6 && !is_mapped_ipv4(v6))) {
      return {};
    }
    return "'" + text + "' is not localhost or a plain numeric IPv4 or IPv6 address";
  };
  return {check, ""};
}

CLI::Validator named_folder() {
  const auto check = [](const std::string& text) -> std::string {
    return text.empty() ? "'' names no folder" : "";
  };
  return {check, ""};
}

using level_name = std::pair<std::string, broadcast_hub::log_level>;

const std::vector<level_name>& level_names() {
  using broadcast_hub::log_level;
  static const std::vector<level_name> names{
      {"trace", log_level::trace}, {"debug", log_level::debug}, {"info", log_level::info},
      {"warn", log_level::warn},   {"error", log_level::error}, {"off", log_level::off}};
  return names;
}

auto find_level(const std::string& name) {
  return std::find_if(level_names().begin(), level_names().end(),
                      [&name](const level_name& known) { return known.first == name; });
}

CLI::Validator known_level() {
  const auto check = [](const std::string& text) -> std::string {
    if (find_level(text) != level_names().end()) {
      return {};
    }
    return "'" + text + "' is not one of trace, debug, info, warn, error, off";
  };
  return {check, ""};
}

constexpr const char* description =
    "The WebSocket demo of broadcast_hub: serves a page, greets every client, says hello to all\n"
    "now and then, and tells all when a message has arrived. SIGINT and SIGTERM end it.";

constexpr const char* footer =
    "Exit status: 0 after SIGINT or SIGTERM; 1 when it cannot start, for example because a port "
    "is\n"
    "taken or the folder is missing; 2 when a flag is wrong. Errors are one line on stderr.";

// What CLI11 finds wrong, on one line.
int complain_about(const CLI::ParseError& error) {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  complain(text + "; see --help");
  return bad_use;
}

}  // namespace

void complain(const std::string& text) {
  std::cerr << "demo_server: " + text + "\n" << std::flush;
}

command_line read_command_line(int argc, const char* const* argv) {
  command_line result;
  settings& values = result.values;
  values.web = default_web_folder();
  double interval = std::chrono::duration<double>(values.interval).count();
  std::string level = "debug";

  CLI::App app(description, "demo_server");
  app.footer(footer);
  app.set_version_flag("--version", "demo_server of broadcast_hub " BROADCAST_HUB_VERSION,
                       "Say which broadcast_hub this is of");
  const auto add = [&app](const char* flag, auto& value, const char* text, const char* type) {
    return app.add_option(flag, value, text)->type_name(type)->capture_default_str();
  };
  add("--http-port", values.http_port, "Port of the page; 0 picks a free one", "N")
      ->check(whole_number(0, 65535));
  add("--ws-port", values.ws_port, "Port of the WebSockets; 0 picks a free one", "N")
      ->check(whole_number(0, 65535));
  add("--bind", values.bind,
      "Numeric address to listen on, or localhost for both loopback addresses", "ADDRESS")
      ->transform(CLI::Validator(lower_case, ""))
      ->check(address_of_this_kind());
  app.add_flag("--strict-origin", values.strict_origin,
               "Pages connect only to the host that they came from: one of 127.0.0.1 not to "
               "localhost");
  add("--web", values.web, "Folder with the page", "DIR")->check(named_folder());
  add("--interval", interval, "Time between two hellos, for example 3 or 0.5", "SECONDS")
      ->check(seconds_in_range());
  add("--threads", values.threads, "Threads that serve connections, 1 to 256", "N")
      ->check(whole_number(1, 256));
  add("--log-level", level,
      "trace, debug (every message), info (opened and closed), warn, error or off", "LEVEL")
      ->check(known_level());

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    result.exit_status = app.exit(asked_for_help);
    return result;
  } catch (const CLI::ParseError& error) {
    result.exit_status = complain_about(error);
    return result;
  }
  if (values.http_port == values.ws_port && values.http_port != 0) {
    complain("--http-port and --ws-port must be two ports; see --help");
    result.exit_status = bad_use;
    return result;
  }
  values.interval = std::chrono::milliseconds(std::llround(interval * 1000));
  values.level = find_level(level)->second;
  result.serve = true;
  return result;
}

}  // namespace demo
