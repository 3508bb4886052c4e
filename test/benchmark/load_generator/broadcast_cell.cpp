#include "load_generator/broadcast_cell.hpp"

#include "load_generator/cpu_time.hpp"
#include "load_generator/crowd.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace broadcast_hub::benchmark {
namespace {

using clock = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;
using seconds = std::chrono::duration<double>;

struct stop_rule {
  std::size_t broadcasts;
  std::chrono::milliseconds least_time;
};

struct reading {
  std::chrono::nanoseconds server_cpu;
  std::chrono::nanoseconds own_cpu;
  clock::time_point time;
};

reading take_reading(pid_t server) {
  return {cpu_time(server), cpu_time(::getpid()), clock::now()};
}

// Returns the number of broadcasts, all of which have reached everybody.
std::size_t broadcast_until(crowd& clients, std::size_t in_flight, const stop_rule& rule) {
  const auto earliest_end = clock::now() + rule.least_time;
  std::size_t asked_for = 0;
  while (asked_for < rule.broadcasts || clock::now() < earliest_end) {
    const std::size_t missing = in_flight - clients.in_flight();
    if (missing > 0) {
      clients.trigger(in_flight);
      asked_for += missing;
    }
    clients.turn();
  }
  clients.finish();
  return asked_for;
}

}  // namespace

void measure_broadcasts(const load_options& options, json_line& report) {
  crowd clients(options, options.clients);
  clients.open();
  // No more at a time than that either: with many clients it would take longer than the
  // measurement.
  const std::size_t warm_up = std::max<std::size_t>(options.warm_up_broadcasts, 1);
  broadcast_until(clients, std::min(options.in_flight, warm_up), {warm_up, {}});

  const std::uint64_t bytes_before = clients.received_bytes();
  const reading before = take_reading(options.server_pid);
  const std::size_t broadcasts =
      broadcast_until(clients, options.in_flight, {options.broadcasts, options.least_time});
  const reading after = take_reading(options.server_pid);
  const std::uint64_t bytes = clients.received_bytes() - bytes_before;

  // A frame too many behind the last measured one shows in front of one more broadcast.
  broadcast_until(clients, 1, {1, {}});

  const std::uint64_t deliveries = std::uint64_t{broadcasts} * options.clients;
  const auto per_delivery = [deliveries](std::chrono::nanoseconds time) {
    return microseconds(time).count() / static_cast<double>(deliveries);
  };
  const double elapsed = seconds(after.time - before.time).count();
  report.add("broadcasts", std::uint64_t{broadcasts})
      .add("deliveries", deliveries)
      .add("seconds", elapsed)
      .add("server_cpu_us_per_delivery", per_delivery(after.server_cpu - before.server_cpu))
      .add("load_cpu_us_per_delivery", per_delivery(after.own_cpu - before.own_cpu))
      .add("wire_bytes_per_delivery", static_cast<double>(bytes) / static_cast<double>(deliveries))
      .add("deliveries_per_second", static_cast<double>(deliveries) / elapsed);
}

}  // namespace broadcast_hub::benchmark
