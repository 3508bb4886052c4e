#include "load_generator/options.hpp"

#include "support/arguments.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace broadcast_hub::benchmark {
namespace {

constexpr std::array<std::pair<load_mode, std::string_view>, 6> modes{
    {{load_mode::broadcast, "broadcast"},
     {load_mode::idle, "idle"},
     {load_mode::stalled, "stalled"},
     {load_mode::recovery, "recovery"},
     {load_mode::subscribe, "subscribe"},
     {load_mode::presence, "presence"}}};

load_mode parse_mode(const std::string& name) {
  for (const auto& [mode, known] : modes) {
    if (known == name) {
      return mode;
    }
  }
  throw usage_error("--mode is broadcast, idle, stalled, recovery, subscribe or presence, not " +
                    name);
}

payload_kind parse_payload_kind(const std::string& name) {
  if (name != "letters" && name != "json") {
    throw usage_error("--content is letters or json, not " + name);
  }
  return name == "json" ? payload_kind::json : payload_kind::letters;
}

client_kind parse_client_kind(const arguments& given) {
  const bool envelope = given.is_on("envelope");
  if (given.is_on("mixed") && !envelope) {
    throw usage_error("--mixed needs --envelope on");
  }
  if (given.is_on("deflate") && envelope) {
    throw usage_error("--deflate and --envelope are not for the same clients");
  }
  if (envelope) {
    return client_kind::envelope;
  }
  return given.is_on("deflate") ? client_kind::deflating : client_kind::plain;
}

template <typename Number>
Number number_in(const arguments& given, const std::string& name, std::size_t absent,
                 std::size_t least, std::size_t most) {
  const std::size_t value = given.number(name, absent);
  if (value < least || value > most) {
    throw usage_error("--" + name + " must be from " + std::to_string(least) + " to " +
                      std::to_string(most));
  }
  return static_cast<Number>(value);
}

}  // namespace

std::string name_of(load_mode mode) {
  const auto found = std::find_if(modes.begin(), modes.end(),
                                  [mode](const auto& entry) { return entry.first == mode; });
  return std::string(found->second);
}

load_options parse_load_options(int count, char** values) {
  const arguments given(
      count, values,
      {"mode",    "server",   "port",   "pid",         "clients",         "payload",    "content",
       "deflate", "envelope", "mixed",  "in-flight",   "warm-up",         "broadcasts", "least-ms",
       "stalled", "missed",   "topics", "interval-ms", "memory-limit-mb", "patience-ms"});
  constexpr std::size_t any = std::numeric_limits<std::int32_t>::max();
  load_options o;
  o.mode = parse_mode(given.text("mode", "broadcast"));
  o.server = given.text("server", o.server);
  o.port = number_in<std::uint16_t>(given, "port", 0, 1, 65535);
  o.server_pid = number_in<pid_t>(given, "pid", 0, 1, any);
  o.clients = number_in<std::size_t>(given, "clients", o.clients, 1, 1'000'000);
  o.payload_bytes =
      number_in<std::size_t>(given, "payload", o.payload_bytes, smallest_payload, 64 << 20U);
  o.payload = parse_payload_kind(given.text("content", "letters"));
  o.kind = parse_client_kind(given);
  o.every_second_plain = given.is_on("mixed");
  o.in_flight = number_in<std::size_t>(given, "in-flight", o.in_flight, 1, 100'000);
  o.warm_up_broadcasts = number_in<std::size_t>(given, "warm-up", o.warm_up_broadcasts, 0, any);
  o.broadcasts = number_in<std::size_t>(given, "broadcasts", o.broadcasts, 1, any);
  o.least_time = std::chrono::milliseconds(number_in<int>(given, "least-ms", 0, 0, any));
  o.stalled_clients = number_in<std::size_t>(given, "stalled", 0, 0, 1'000'000);
  o.missed = number_in<std::size_t>(given, "missed", o.missed, 1, 1'000'000);
  o.topics = number_in<std::size_t>(given, "topics", o.topics, 1, 100'000);
  o.interval = std::chrono::milliseconds(number_in<int>(given, "interval-ms", 2, 1, any));
  o.memory_limit_bytes = number_in<std::size_t>(given, "memory-limit-mb", 2048, 1, 1U << 20U)
                         << 20U;
  o.patience = std::chrono::milliseconds(number_in<int>(given, "patience-ms", 10'000, 1, any));
  return o;
}

}  // namespace broadcast_hub::benchmark
