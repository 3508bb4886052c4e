#include <broadcast_hub/hub.hpp>

int main() {
  broadcast_hub::hub hub;
  hub.on_open([](broadcast_hub::connection client) { client.send("Gotcha"); });
  const auto port = hub.listen(0);
  const auto published = hub.broadcast("Hello hello!");
  hub.poll();
  return port != 0 && !published.error ? 0 : 1;
}
