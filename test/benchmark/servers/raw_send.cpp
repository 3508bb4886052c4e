// The floor: one `send` per broadcast and client, in a plain loop.

#include "servers/fault.hpp"
#include "servers/raw_server.hpp"
#include "support/arguments.hpp"
#include "support/descriptor_limit.hpp"
#include "support/port.hpp"

#include <exception>
#include <iostream>

namespace {

using namespace broadcast_hub::benchmark;

void serve(const arguments& given) {
  raise_descriptor_limit();
  fault wrong(parse_fault(given.text("fault", "none")), given.number("fault-at", 0));
  raw_server server;
  server.on_message([&](std::string_view frame) {
    if (wrong.any()) {
      server.send_to_all(frame, wrong.disturb(frame));
    } else {
      server.send_to_all(frame);
    }
  });
  print_port(server.port());
  server.run();
}

}  // namespace

int main(int count, char** values) {
  try {
    serve(arguments(count, values, {"fault", "fault-at"}));
  } catch (const std::exception& failure) {
    std::cerr << "bench_raw_send: " << failure.what() << '\n';
    return 1;
  }
}
