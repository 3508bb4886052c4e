#pragma once

#include "load_generator/json_line.hpp"
#include "load_generator/options.hpp"

namespace broadcast_hub::benchmark {

/// Measures what clients that stop reading cost the others in time and the server in memory, and
/// adds it to `report`. Broadcasts are made at a steady pace, whether or not the earlier ones have
/// arrived, so that a server that falls behind cannot slow down its own test.
///
/// Errors: throws `server_fault` when a client that reads misses anything. What becomes of those
/// that do not read is up to the server.
void measure_stalled(const load_options& options, json_line& report);

}  // namespace broadcast_hub::benchmark
