#include "base/option_range.hpp"
#include "base/text.hpp"
#include "topic/limits.hpp"
#include "topic/name.hpp"
#include "wire/origin.hpp"

#include <broadcast_hub/error.hpp>
#include <broadcast_hub/options.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t gib = kib * kib * kib;

constexpr std::chrono::hours day{24};

void check_range(std::string_view member, std::uint64_t value, std::uint64_t least,
                 std::uint64_t most) {
  require_range(join("hub_options.", member), value, least, most);
}

void check_time(std::string_view member, std::chrono::milliseconds value, std::int64_t least,
                std::chrono::milliseconds most = day) {
  require_range(join("hub_options.", member), value, std::chrono::milliseconds(least), most);
}

void check_history(const std::string& member, const history_options& history) {
  check_range(member + ".max_publications", history.max_publications, 0,
              topic::most_publications_kept);
  if (history.max_bytes != 0 && (history.max_bytes < kib || history.max_bytes > gib)) {
    throw std::invalid_argument(join("hub_options.", member, ".max_bytes is ", history.max_bytes,
                                     "; it must be 0 for 1 MiB, or from ", kib, " to ", gib));
  }
  check_time(member + ".max_age", history.max_age, 0, 30 * day);
}

void check_topic(const std::string& member, const topic_options& options) {
  check_range(member + ".max_lag_bytes", options.max_lag_bytes, kib, gib);
  if (options.max_lag != std::chrono::milliseconds(0))
    check_time(member + ".max_lag", options.max_lag, 100);
  check_history(member + ".history", options.history);
  check_time(member + ".dedup_window", options.dedup_window, 0);
  check_range(member + ".presence.max_named", options.presence.max_named, 1, 100'000);
  check_time(member + ".presence.grace", options.presence.grace, 0);
}

/// Else it would never be full, and all topics would be short of memory first.
void check_fits(const std::string& member, const topic_options& options,
                const topics_options& topics) {
  if (options.history.max_bytes <= topics.max_log_bytes)
    return;
  throw std::invalid_argument(
      join("hub_options.", member, ".history.max_bytes is ", options.history.max_bytes,
           "; it must not be larger than topics.max_log_bytes, which is ", topics.max_log_bytes,
           " for all topics together; lower the first or raise the second"));
}

void check_counts(const std::vector<topic_rule>& rules, std::size_t index) {
  const topic_rule& rule = rules[index];
  for (std::size_t before = 0; before < index; ++before) {
    if (!topic::covers(rules[before].pattern, rule.pattern))
      continue;
    throw std::invalid_argument(join("hub_options.topics.rules[", index, "].pattern is \"",
                                     rule.pattern, "\"; it can never count, because rules[", before,
                                     "], which comes first, has \"", rules[before].pattern,
                                     "\" and matches all of it; put the narrower one first"));
  }
}

void check_topics(const topics_options& topics) {
  check_topic("topics.defaults", topics.defaults);
  for (std::size_t i = 0; i < topics.rules.size(); ++i) {
    const topic_rule& rule = topics.rules[i];
    if (!topic::is_valid_name(rule.pattern) && !topic::is_valid_pattern(rule.pattern)) {
      throw std::invalid_argument(join("hub_options.topics.rules[", i, "].pattern is \"",
                                       printable(rule.pattern), "\"; ",
                                       make_error_code(errc::invalid_topic).message()));
    }
    check_counts(topics.rules, i);
    check_topic(join("topics.rules[", i, "].options"), rule.options);
  }
  check_range("topics.max_topics", topics.max_topics, 1, 10'000'000);
  check_range("topics.max_subscriptions", topics.max_subscriptions, 1, 100'000);
  check_range("topics.max_log_bytes", topics.max_log_bytes, kib * kib, kib * gib);
  check_range("topics.max_key_bytes", topics.max_key_bytes, 64 * kib, kib * gib);
  check_fits("topics.defaults", topics.defaults, topics);
  for (std::size_t i = 0; i < topics.rules.size(); ++i)
    check_fits(join("topics.rules[", i, "].options"), topics.rules[i].options, topics);
  check_time("topics.linger", topics.linger, 0);
}

void check_level(int level) {
  if (level >= 1 && level <= 9)
    return;
  throw std::invalid_argument(
      join("hub_options.compression.level is ", level, "; it must be from 1 to 9"));
}

void check_protocol(const protocol_options& protocol) {
  check_time("protocol.retry_max", protocol.retry_max, 1);
  check_time("protocol.retry_min", protocol.retry_min, 1);
  if (protocol.retry_min > protocol.retry_max) {
    throw std::invalid_argument(join(
        "hub_options.protocol.retry_min is ", protocol.retry_min.count(),
        " ms; it must not be larger than retry_max, which is ", protocol.retry_max.count(), " ms"));
  }
  check_time("protocol.comeback_within", protocol.comeback_within, 0);
  check_range("protocol.max_faults_per_minute", protocol.max_faults_per_minute, 1, 1'000'000);
}

void check_buffer(std::string_view member, std::size_t bytes) {
  if (bytes == 0 || (bytes >= 4 * kib && bytes <= gib))
    return;
  throw std::invalid_argument(join("listen_options.", member, " is ", bytes,
                                   "; it must be 0 for the system's choice, or from ", 4 * kib,
                                   " to ", gib));
}

void check_path(const std::string& path) {
  if (!path.empty() && path.front() == '/' && path.find_first_of("?# ") == std::string::npos)
    return;
  throw std::invalid_argument(
      join("listen_options.websocket_paths has \"", printable(path),
           "\"; a path begins with \"/\" and has no \"?\", \"#\" or space"));
}

void check_port(int port) {
  if (port >= 0 && port <= 65'535)
    return;
  throw std::invalid_argument(
      join("listen_options.port is ", port, "; it must be from 0 to 65535"));
}

void check_origin(const std::string& origin) {
  if (wire::may_be_listed(origin))
    return;
  throw std::invalid_argument(join("listen_options.allowed_origins has \"", printable(origin),
                                   "\"; an origin is a scheme and a host, possibly with a port, "
                                   "like \"https://example.com\"; \"https://*.example.com\" is "
                                   "every host below it, \"*\" alone allows all, and \"null\" "
                                   "and \"file://\" may be listed"));
}

}  // namespace

void validate(const hub_options& options) {
  check_range("shards", options.shards, 1, 256);

  const limit_options& limits = options.limits;
  check_range("limits.max_message_bytes", limits.max_message_bytes, 1, gib);
  check_range("limits.max_header_bytes", limits.max_header_bytes, 256, 12'800);
  check_range("limits.max_connections", limits.max_connections, 1, 1'000'000);
  check_range("limits.max_partial_bytes", limits.max_partial_bytes, limits.max_message_bytes,
              64 * gib);
  check_range("limits.max_json_depth", limits.max_json_depth, 1, 1'000'000);

  check_time("heartbeat.ping_after", options.heartbeat.ping_after, 0);
  check_time("heartbeat.pong_within", options.heartbeat.pong_within, 1);
  check_time("timeouts.handshake", options.timeouts.handshake, 1);
  check_time("timeouts.close", options.timeouts.close, 1);
  check_time("timeouts.http_idle", options.timeouts.http_idle, 1);
  check_time("timeouts.shutdown", options.timeouts.shutdown, 0);

  const outbound_options& outbound = options.outbound;
  check_range("outbound.max_queued_bytes", outbound.max_queued_bytes, kib, gib);
  // The largest publication must fit.
  check_range("outbound.max_backlog_bytes", outbound.max_backlog_bytes,
              topic::largest_lag_bytes(options.topics), 64 * gib);
  check_topics(options.topics);
  check_range("compression.min_payload_bytes", options.compression.min_payload_bytes, 0, gib);
  check_level(options.compression.level);
  check_protocol(options.protocol);
}

void validate(const listen_options& options) {
  check_port(options.port);
  for (const std::string& path : options.websocket_paths)
    check_path(path);
  for (const std::string& origin : options.allowed_origins)
    check_origin(origin);
  if (options.loopback_is_one_host && !options.allowed_origins.empty()) {
    throw std::invalid_argument(
        "listen_options.loopback_is_one_host is true beside allowed_origins, which then decide "
        "alone; list the origins of this machine there, or leave the list empty");
  }
  check_buffer("sockets.send_buffer_bytes", options.sockets.send_buffer_bytes);
  check_buffer("sockets.max_unsent_bytes", options.sockets.max_unsent_bytes);
  if (!options.websockets && options.web_root.empty()) {
    throw std::invalid_argument(
        "listen_options serves nothing; set web_root to a folder, or websockets to true");
  }
}

}  // namespace broadcast_hub
