// Opens WebSocket connections to a server that sends every message it gets to everybody, checks
// each frame at each client, and prints what that cost the server as one line of JSON. Exit status:
// 0 with a figure, 1 when the server was at fault, 2 for a wrong command line.

#include "load_generator/bhub_cells.hpp"
#include "load_generator/broadcast_cell.hpp"
#include "load_generator/idle_cell.hpp"
#include "load_generator/json_line.hpp"
#include "load_generator/options.hpp"
#include "load_generator/stalled_cell.hpp"
#include "support/arguments.hpp"
#include "support/descriptor_limit.hpp"

#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

namespace {

using namespace broadcast_hub::benchmark;

void check_descriptors(std::size_t clients) {
  constexpr std::size_t others = 16;
  const std::size_t limit = raise_descriptor_limit();
  if (clients + others > limit) {
    throw usage_error(std::to_string(clients) + " clients need more than the " +
                      std::to_string(limit) + " descriptors that `ulimit -Hn` allows");
  }
}

json_line describe(const load_options& options) {
  const bool idle = options.mode == load_mode::idle;
  const bool json = options.payload == payload_kind::json;
  json_line report;
  report.add("server", options.server)
      .add("mode", name_of(options.mode))
      .add("clients", std::uint64_t{options.clients})
      .add("payload", std::uint64_t{options.payload_bytes})
      .add("content", json ? "json" : "letters")
      .add("deflate", std::uint64_t{options.kind == client_kind::deflating ? 1U : 0U})
      .add("envelope", std::uint64_t{options.kind == client_kind::envelope ? 1U : 0U})
      .add("mixed", std::uint64_t{options.every_second_plain ? 1U : 0U})
      .add("stalled", std::uint64_t{options.stalled_clients})
      .add("in_flight", std::uint64_t{idle ? 1 : options.in_flight});
  return report;
}

void measure(const load_options& options, json_line& report) {
  switch (options.mode) {
    case load_mode::broadcast:
      measure_broadcasts(options, report);
      break;
    case load_mode::idle:
      measure_idle_memory(options, report);
      break;
    case load_mode::stalled:
      measure_stalled(options, report);
      break;
    case load_mode::recovery:
      measure_recovery(options, report);
      break;
    case load_mode::subscribe:
      measure_subscribing(options, report);
      break;
    case load_mode::presence:
      measure_presence(options, report);
      break;
  }
}

int run(const load_options& options) {
  json_line report = describe(options);
  int status = 0;
  try {
    measure(options, report);
    report.add("errors", std::uint64_t{0});
  } catch (const std::exception& fault) {
    report.add("errors", std::uint64_t{1}).add("error", fault.what());
    status = 1;
  }
  std::cout << report.text() << std::endl;  // NOLINT(performance-avoid-endl): the only line
  return status;
}

}  // namespace

int main(int count, char** values) {
  try {
    const load_options options = parse_load_options(count, values);
    check_descriptors(options.clients + options.stalled_clients);
    return run(options);
  } catch (const usage_error& fault) {
    std::cerr << "load_generator: " << fault.what() << '\n';
    return 2;
  } catch (const std::exception& fault) {
    std::cerr << "load_generator: " << fault.what() << '\n';
    return 1;
  }
}
