#include "load_generator/idle_cell.hpp"

#include "load_generator/crowd.hpp"
#include "load_generator/resident_memory.hpp"

#include <chrono>
#include <cstdint>

namespace broadcast_hub::benchmark {
namespace {

// A server with a garbage collector tidies up for a while. It may not take for ever.
std::size_t settled_memory(crowd& clients, pid_t server) {
  constexpr std::chrono::milliseconds pause(200);
  constexpr int steady_readings = 4;
  constexpr int most_readings = 40;
  std::size_t memory = resident_memory(server);
  for (int all = 0, steady = 0; all < most_readings && steady < steady_readings; ++all) {
    clients.rest(pause);
    const std::size_t now = resident_memory(server);
    steady = now == memory ? steady + 1 : 0;
    memory = now;
  }
  return memory;
}

}  // namespace

void measure_idle_memory(const load_options& options, json_line& report) {
  const std::size_t before = resident_memory(options.server_pid);

  crowd clients(options, options.clients);
  clients.open();
  clients.trigger(1);
  clients.finish();
  const std::size_t after = settled_memory(clients, options.server_pid);

  // It may be below zero when a collector gave back more than the connections took.
  const double grown = static_cast<double>(after) - static_cast<double>(before);
  report.add("rss_before_bytes", std::uint64_t{before})
      .add("rss_after_bytes", std::uint64_t{after})
      .add("rss_bytes_per_connection", grown / static_cast<double>(options.clients));
}

}  // namespace broadcast_hub::benchmark
