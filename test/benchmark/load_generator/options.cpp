#include "load_generator/options.hpp"

#include "load_generator/payload.hpp"
#include "support/arguments.hpp"

#include <limits>

namespace broadcast_hub::benchmark {
namespace {

load_mode parse_mode(const std::string& name) {
  if (name == "broadcast") {
    return load_mode::broadcast;
  }
  if (name == "idle") {
    return load_mode::idle;
  }
  throw usage_error("--mode is broadcast or idle, not " + name);
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

load_options parse_load_options(int count, char** values) {
  const arguments given(count, values,
                        {"mode", "server", "port", "pid", "clients", "payload", "in-flight",
                         "warm-up", "broadcasts", "least-ms", "patience-ms"});
  constexpr std::size_t any = std::numeric_limits<std::int32_t>::max();
  load_options o;
  o.mode = parse_mode(given.text("mode", "broadcast"));
  o.server = given.text("server", o.server);
  o.port = number_in<std::uint16_t>(given, "port", 0, 1, 65535);
  o.server_pid = number_in<pid_t>(given, "pid", 0, 1, any);
  o.clients = number_in<std::size_t>(given, "clients", o.clients, 1, 1'000'000);
  o.payload_bytes =
      number_in<std::size_t>(given, "payload", o.payload_bytes, smallest_payload, 64 << 20U);
  o.in_flight = number_in<std::size_t>(given, "in-flight", o.in_flight, 1, 100'000);
  o.warm_up_broadcasts = number_in<std::size_t>(given, "warm-up", o.warm_up_broadcasts, 0, any);
  o.broadcasts = number_in<std::size_t>(given, "broadcasts", o.broadcasts, 1, any);
  o.least_time = std::chrono::milliseconds(number_in<int>(given, "least-ms", 0, 0, any));
  o.patience = std::chrono::milliseconds(number_in<int>(given, "patience-ms", 10'000, 1, any));
  return o;
}

}  // namespace broadcast_hub::benchmark
