#include <broadcast_hub/client.hpp>
#include <broadcast_hub/hub.hpp>

#include <chrono>
#include <string>

namespace {

bool can_subscribe(unsigned port) {
  broadcast_hub::client_options options;
  options.url = "ws://127.0.0.1:" + std::to_string(port) + "/";
  bool subscribed = false;
  broadcast_hub::client client(options);
  client.on_subscribed([&](const broadcast_hub::client_subscribed_event&) { subscribed = true; });
  client.subscribe("news");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!subscribed && std::chrono::steady_clock::now() < deadline)
    client.poll();
  return subscribed;
}

}  // namespace

int main() {
  broadcast_hub::hub hub;
  hub.on_open([](broadcast_hub::connection client) { client.send("Gotcha"); });
  const auto port = hub.listen(0);
  const auto published = hub.broadcast("Hello hello!");
  hub.start();
  return !published.error && can_subscribe(port) ? 0 : 1;
}
