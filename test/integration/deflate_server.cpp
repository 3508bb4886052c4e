// For tests with clients that are not ours: publishes to all whatever anybody sends. Prints its
// port; ends when its input does.

#include <broadcast_hub/hub.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

int main() {
  broadcast_hub::hub hub;
  hub.on_message([&hub](const broadcast_hub::connection&, const broadcast_hub::message& received) {
    hub.broadcast(received.payload, received.kind);
  });
  broadcast_hub::listen_options door;
  door.permessage_deflate = true;
  door.allowed_origins = {"*"};
  std::cout << hub.listen(door) << std::endl;
  hub.start();
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line == "compressions")
      std::cout << hub.stats().compressions << std::endl;
  }
}
