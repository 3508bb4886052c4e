#include "base/text.hpp"

#include <broadcast_hub/options.hpp>

#include <chrono>
#include <stdexcept>
#include <string_view>

namespace broadcast_hub {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t gib = kib * kib * kib;

void check_range(std::string_view member, std::uint64_t value, std::uint64_t least,
                 std::uint64_t most) {
  if (value >= least && value <= most)
    return;
  throw std::invalid_argument(
      join("hub_options.", member, " is ", value, "; it must be from ", least, " to ", most));
}

void check_time(std::string_view member, std::chrono::milliseconds value, std::int64_t least) {
  using days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
  const std::int64_t most = std::chrono::milliseconds(days(1)).count();
  if (value.count() >= least && value.count() <= most)
    return;
  throw std::invalid_argument(join("hub_options.", member, " is ", value.count(),
                                   " ms; it must be from ", least, " ms to ", most, " ms"));
}

void check_path(const std::string& path) {
  if (!path.empty() && path.front() == '/' && path.find_first_of("?# ") == std::string::npos)
    return;
  throw std::invalid_argument(
      join("listen_options.websocket_paths has \"", printable(path),
           "\"; a path begins with \"/\" and has no \"?\", \"#\" or space"));
}

void check_origin(const std::string& origin) {
  const std::size_t scheme = origin.find("://");
  const std::size_t host = scheme + 3;
  const bool well_formed = scheme != std::string::npos && scheme > 0 && host < origin.size() &&
                           origin.find('/', host) == std::string::npos;
  if (origin == "*" || well_formed)
    return;
  throw std::invalid_argument(
      join("listen_options.allowed_origins has \"", printable(origin),
           "\"; an origin is a scheme and a host, like \"https://example.com\", or \"*\""));
}

}  // namespace

void validate(const hub_options& options) {
  check_range("shards", options.shards, 1, 256);

  const limit_options& limits = options.limits;
  check_range("limits.max_message_bytes", limits.max_message_bytes, 1, gib);
  check_range("limits.max_header_bytes", limits.max_header_bytes, 256, 16'000);
  check_range("limits.max_connections", limits.max_connections, 1, 1'000'000);
  check_range("limits.max_partial_bytes", limits.max_partial_bytes, limits.max_message_bytes,
              64 * gib);

  check_time("heartbeat.ping_after", options.heartbeat.ping_after, 0);
  check_time("heartbeat.pong_within", options.heartbeat.pong_within, 1);
  check_time("timeouts.handshake", options.timeouts.handshake, 1);
  check_time("timeouts.close", options.timeouts.close, 1);
  check_time("timeouts.http_idle", options.timeouts.http_idle, 1);
  check_time("timeouts.shutdown", options.timeouts.shutdown, 0);

  const outbound_options& outbound = options.outbound;
  check_range("outbound.max_queued_bytes", outbound.max_queued_bytes, kib, gib);
  check_range("outbound.max_lag_bytes", outbound.max_lag_bytes, 64 * kib, gib);
  check_range("outbound.max_backlog_bytes", outbound.max_backlog_bytes, outbound.max_lag_bytes,
              64 * gib);
}

void validate(const listen_options& options) {
  for (const std::string& path : options.websocket_paths)
    check_path(path);
  for (const std::string& origin : options.allowed_origins)
    check_origin(origin);
  if (!options.websockets && options.web_root.empty()) {
    throw std::invalid_argument(
        "listen_options serves nothing; set web_root to a folder, or websockets to true");
  }
}

}  // namespace broadcast_hub
