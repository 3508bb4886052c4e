// What connections cost that do nothing. Each is subscribed to the topic "default", from the start.

#include "memory_modes.hpp"
#include "program.hpp"
#include "stalled_clients.hpp"
#include "support/descriptor_limit.hpp"
#include "support/raw_client.hpp"

#include <broadcast_hub/hub.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace broadcast_hub::stress {
namespace {

constexpr double most_for_each_connection = 1024;  // bytes

/// Who come first and are not counted, so that what is needed only once is not.
constexpr std::size_t first_to_come = 100;

void connect(const hub& hub, stalled_clients& clients, std::uint16_t port, std::size_t then_there) {
  clients.connect(port);
  require(test::eventually([&] { return hub.connection_count() == then_there; }),
          "everybody is connected");
}

/// Everybody gets one publication, and the accounts say so.
void check_accounts(hub& hub, std::size_t clients) {
  const publish_result result = hub.broadcast("are you there?");
  require(result.subscribers == clients, "everybody is subscribed");
  require(test::eventually([&] { return hub.stats().deliveries == clients; }),
          "everybody is reached");
  require(hub.stats().offered == clients && hub.stats().connections_closed == 0,
          "the accounts balance");
}

}  // namespace

void measure_idle(const benchmark::arguments& given) {
  const std::size_t count = given.number("clients", is_sanitized() ? 200 : 2000);
  print("memory_stress, idle: ", with_commas(count), " connections with one subscription each");
  benchmark::raise_descriptor_limit();
  stalled_clients first(first_to_come);
  stalled_clients clients(count);
  hub_options options;
  options.limits.max_connections = first_to_come + count;
  hub hub(options);
  const std::uint16_t port = hub.listen(0);
  hub.start();
  connect(hub, first, port, first_to_come);
  growth memory{own_memory(), 0, count};
  connect(hub, clients, port, first_to_come + count);
  memory.after = own_memory();
  check_growth("idle connection", memory, most_for_each_connection);
  check_accounts(hub, first_to_come + count);
  hub.stop(std::chrono::milliseconds(0));  // nobody would answer
  require(hub.stats().sockets_open == 0, "everybody is gone");
}

}  // namespace broadcast_hub::stress
