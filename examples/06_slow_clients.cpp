// What becomes of a client that does not read, and what the publisher hears of it.
//
// Try it with clients that you stop for some seconds, for example with Ctrl+Z and then fg. Behind
// what the buffers of both kernels held meanwhile,
//   wscat -c ws://localhost:8081/prices     goes on with the newest price,
//   wscat -c ws://localhost:8081/chat       goes on with the chat of the last five seconds at most,
//   wscat -c ws://localhost:8081/orders     misses nothing, or is closed with 4008: orders wait for
//                                           it, but not for longer than five seconds

#include <broadcast_hub/hub.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <string>

using namespace std::chrono_literals;
using broadcast_hub::connection;

namespace {

// [region policies]
broadcast_hub::hub_options with_policies() {
  broadcast_hub::topic_options prices;  // only the newest one counts
  prices.slow_consumers = broadcast_hub::slow_consumer_policy::latest;

  broadcast_hub::topic_options chat;  // a gap is better than an old message
  chat.slow_consumers = broadcast_hub::slow_consumer_policy::drop_oldest;
  chat.max_lag_bytes = 256 * 1024;
  chat.max_lag = 5s;

  broadcast_hub::topic_options orders;  // none may be missing
  orders.slow_consumers = broadcast_hub::slow_consumer_policy::disconnect;
  orders.max_lag_bytes = 256 * 1024;
  orders.max_lag = 5s;
  orders.history.max_publications = 1000;  // for those who come back

  broadcast_hub::hub_options options;
  options.topics.rules = {{"prices", prices}, {"chat", chat}, {"orders", orders}};
  return options;
}
// [endregion policies]

/// A message that is long enough to fill buffers soon.
std::string message(const std::string& what) {
  static std::map<std::string, int> numbers;
  return what + " " + std::to_string(++numbers[what]) + std::string(10'000, ' ');
}

// [region orders]
/// Publishes no faster than the slowest subscriber reads. All of it runs on the hub's one thread,
/// so there is no lock.
class order_desk {
 public:
  void publish_next(broadcast_hub::hub& hub) {
    if (waiting_) {
      return;
    }
    const auto result = hub.publish("orders", message("order"));
    waiting_ = result.error == broadcast_hub::condition::overloaded ||
               result.lag_bytes >= half_of_max_lag_bytes;
  }

  void go_on() { waiting_ = false; }  // for `on_drain`

 private:
  static constexpr std::uint64_t half_of_max_lag_bytes = 128 * 1024;

  bool waiting_ = false;
};
// [endregion orders]

}  // namespace

int main() {
  order_desk desk;  // before the hub, whose handlers refer to it
  broadcast_hub::hub hub(with_policies());

  // [region handlers]
  hub.on_slow([](const connection& c, const std::string& topic, std::uint64_t lag_bytes) {
    std::cout << to_string(c.id()) << " is " << lag_bytes << " bytes behind on " << topic << '\n';
  });
  hub.on_drain([&desk](const std::string& topic) {
    std::cout << "no subscriber of " << topic << " is far behind any more\n";
    if (topic == "orders") {
      desk.go_on();
    }
  });
  hub.on_close([](const connection& c, const broadcast_hub::close_event& event) {
    std::cout << to_string(c.id()) << " ended with " << static_cast<int>(event.code) << '\n';
  });
  // [endregion handlers]

  hub.on_open([](const connection& c) { c.subscribe(c.path().substr(1)); });
  hub.every(10ms, [&] {
    hub.publish("prices", message("price"));
    hub.publish("chat", message("chat"));
    desk.publish_next(hub);
  });
  hub.every(1s, [&hub] {
    const auto stats = hub.stats();
    std::cout << "delivered " << stats.deliveries << ", skipped as old " << stats.dropped_oldest
              << ", as superseded " << stats.dropped_superseded << std::endl;
  });
  hub.listen(8081);
  hub.run();
}
