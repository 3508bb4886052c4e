// The floor for a server that sends together what came together: one `send` per client and turn of
// the loop, however many broadcasts were asked for in that turn.

#include "servers/raw_server.hpp"
#include "support/arguments.hpp"
#include "support/descriptor_limit.hpp"
#include "support/port.hpp"

#include <exception>
#include <iostream>
#include <string>

namespace {

using namespace broadcast_hub::benchmark;

void serve() {
  raise_descriptor_limit();
  raw_server server;
  std::string frames;
  server.on_message([&](std::string_view frame) { frames += frame; });
  server.on_turn_end([&] {
    if (!frames.empty()) {
      server.send_to_all(frames);
      frames.clear();
    }
  });
  print_port(server.port());
  server.run();
}

}  // namespace

int main(int count, char** values) {
  try {
    const arguments none(count, values, {});
    serve();
  } catch (const std::exception& failure) {
    std::cerr << "bench_raw_coalesced: " << failure.what() << '\n';
    return 1;
  }
}
