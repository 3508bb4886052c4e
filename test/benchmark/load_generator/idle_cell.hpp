#pragma once

#include "load_generator/json_line.hpp"
#include "load_generator/options.hpp"

namespace broadcast_hub::benchmark {

/// Measures the resident memory that a server takes for connections on which nothing happens, and
/// adds it to `report`. The server must be fresh: what it takes once for all is shared out too.
///
/// Errors: throws `server_fault` when not every client gets in and receives one broadcast.
void measure_idle_memory(const load_options& options, json_line& report);

}  // namespace broadcast_hub::benchmark
