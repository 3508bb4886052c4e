// The library, by its public interface and with its defaults.

#include "support/arguments.hpp"
#include "support/descriptor_limit.hpp"
#include "support/port.hpp"

#include <broadcast_hub/hub.hpp>
#include <broadcast_hub/stats.hpp>

#include <exception>
#include <iostream>

namespace {

using namespace broadcast_hub::benchmark;

broadcast_hub::hub_options hub_options_from(const arguments& given) {
  broadcast_hub::hub_options options;
  options.shards = static_cast<unsigned>(given.number("shards", options.shards));
  options.limits.max_connections = given.number("max-connections", options.limits.max_connections);
  options.topics.defaults.max_lag_bytes =
      given.number("max-lag-bytes", options.topics.defaults.max_lag_bytes);
  if (given.is_on("drop-oldest"))
    options.topics.defaults.slow_consumers = broadcast_hub::slow_consumer_policy::drop_oldest;
  options.topics.defaults.history.max_publications = given.number("history", 0);
  options.topics.defaults.presence.enabled = given.is_on("presence");
  return options;
}

// What only the server knows about recovery, on one line.
void print_stats(const broadcast_hub::hub_stats& stats) {
  std::cout << "{\"hub_publications\": " << stats.publications
            << ", \"hub_recovered\": " << stats.recovered
            << ", \"hub_not_recovered\": " << stats.not_recovered
            << ", \"hub_replayed\": " << stats.replayed << "}\n";
}

void serve(const arguments& given) {
  raise_descriptor_limit();
  broadcast_hub::hub hub(hub_options_from(given));
  hub.on_message([&hub](const broadcast_hub::connection&, const broadcast_hub::message& message) {
    hub.broadcast(message.payload, message.kind);
  });
  if (given.is_on("presence")) {
    // With `one-user` it is wrong, so that it can be seen that the load generator finds it.
    const bool all_one = given.is_on("one-user");
    hub.on_upgrade([all_one](const broadcast_hub::upgrade_request& request) {
      return broadcast_hub::upgrade_reply::accept(all_one ? "one" : request.query);
    });
  }
  broadcast_hub::listen_options where;
  where.address = "127.0.0.1";
  where.sockets.send_buffer_bytes = given.number("send-buffer", where.sockets.send_buffer_bytes);
  where.sockets.max_unsent_bytes = given.number("max-unsent", where.sockets.max_unsent_bytes);
  where.permessage_deflate = given.is_on("deflate");
  print_port(hub.listen(where));
  hub.run();
  if (given.is_on("stats"))
    print_stats(hub.stats());
}

}  // namespace

int main(int count, char** values) {
  try {
    serve(arguments(count, values,
                    {"shards", "max-connections", "max-lag-bytes", "drop-oldest", "send-buffer",
                     "max-unsent", "deflate", "history", "presence", "one-user", "stats"}));
  } catch (const std::exception& failure) {
    std::cerr << "bench_hub: " << failure.what() << '\n';
    return 1;
  }
}
