// A whole WebSocket server: it greets, listens, and tells everybody.
//
// Try it: run it, then connect with any WebSocket client, for example in the browser console of a
// page from localhost:
//   s = new WebSocket("ws://localhost:8081/"); s.onmessage = e => console.log(e.data);
//   s.send("hi");
// Ctrl+C stops it.

// [region hello]
#include <broadcast_hub/hub.hpp>
using namespace std::chrono_literals;

int main() {
  broadcast_hub::hub hub;  // every limit finite by default
  hub.on_open([](broadcast_hub::connection c) { c.send(R"({"message":"Gotcha"})"); });
  hub.on_message([&](broadcast_hub::connection, std::string_view) {
    hub.broadcast(R"({"message":"Something changed"})");
  });
  hub.every(3s, [&] { hub.broadcast(R"({"message":"Hello hello!"})"); });
  hub.listen(8081);
  hub.run();  // until stop(), SIGINT or SIGTERM
}
// [endregion hello]
