// For tests of the JavaScript client, and with npm's ws. protocol_server PORT THREADS [raw]: prints
// its port, 0 asks for a free one; does not speak bhub.v1 when it is to be raw; SIGTERM ends it.
//
//   default, ticks, staff.ticks
//                        a number every 2 ms
//   staff.>              not for clients to ask for: clerk, guest and boss (the query) are given it
//
// A message is sent back as it is. To asker (the query) 64 KiB of its first letter are, and no
// numbers, except those from before it was let in.

#include <broadcast_hub/hub.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

using namespace std::chrono_literals;

namespace {

broadcast_hub::hub_options make_options(unsigned threads) {
  broadcast_hub::topic_options room;
  room.history.max_publications = 1000;
  room.presence.enabled = true;
  room.presence.grace = 500ms;
  room.allow_client_publish = true;

  broadcast_hub::topic_options ticks;
  ticks.history.max_publications = 10'000;

  broadcast_hub::topic_options brief;
  brief.history.max_publications = 5;
  brief.allow_client_publish = true;

  broadcast_hub::topic_options staff = ticks;
  staff.allow_client_subscribe = false;

  broadcast_hub::hub_options options;
  options.shards = threads;
  broadcast_hub::topic_options prices;
  prices.slow_consumers = broadcast_hub::slow_consumer_policy::latest;
  prices.allow_client_publish = true;

  options.topics.rules = {{"room.>", room},   {"ticks", ticks},     {"brief", brief},
                          {"brief.>", brief}, {"prices.>", prices}, {"staff.>", staff}};
  options.outbound.max_queued_bytes = std::size_t{4} * 1024 * 1024;  // for asker
  options.protocol.retry_min = 20ms;
  options.protocol.retry_max = 200ms;
  options.protocol.comeback_within = 300ms;
  return options;
}

void serve(std::uint16_t port, unsigned threads, bool raw) {
  broadcast_hub::hub hub(make_options(threads));
  hub.on_upgrade([](const broadcast_hub::upgrade_request& request) {
    auto answer = broadcast_hub::upgrade_reply::accept(request.query);
    if (request.query == "clerk")
      answer.subscriptions = {"staff.ticks"};
    if (request.query == "boss")
      answer.subscriptions = {"staff.>"};
    return answer;
  });
  hub.on_open([](const broadcast_hub::connection& client) {
    if (client.user() == "guest")
      client.subscribe("staff.ticks");
    if (client.user() == "asker")
      client.unsubscribe("default");
  });
  hub.on_message(
      [](const broadcast_hub::connection& client, const broadcast_hub::message& received) {
        if (client.user() == "asker")
          client.send(std::string(std::size_t{64} * 1024, received.payload.front()));
        else
          client.send(received.payload, received.kind);
      });
  hub.every(2ms, [&hub, next = std::make_shared<int>(0)] {
    const std::string number = std::to_string(++*next);
    for (const char* topic : {"default", "ticks", "staff.ticks"})
      hub.publish(topic, number);
  });
  broadcast_hub::listen_options door;
  door.port = port;
  door.bhub_v1 = !raw;
  const std::uint16_t bound = hub.listen(door);
  // From the running hub, so that whoever reads the line may already send a signal.
  hub.after(0ms, [bound] { std::cout << bound << std::endl; });
  hub.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto argument = [&](int index) { return argc > index ? std::atoi(argv[index]) : 0; };
    serve(static_cast<std::uint16_t>(argument(1)),
          static_cast<unsigned>(argument(2) > 0 ? argument(2) : 1), argc > 3);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
