#pragma once

#include <cstdint>

namespace broadcast_hub::benchmark {

/// Prints the port on which a server listens, as `run.sh` expects it.
void print_port(std::uint16_t port);

}  // namespace broadcast_hub::benchmark
