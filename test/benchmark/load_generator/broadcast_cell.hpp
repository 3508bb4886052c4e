#pragma once

#include "load_generator/json_line.hpp"
#include "load_generator/options.hpp"

namespace broadcast_hub::benchmark {

/// Measures what the server spends on broadcasts to many clients, and adds it to `report`.
///
/// Errors: throws `server_fault` when a frame is missing, doubled, wrong or out of order.
void measure_broadcasts(const load_options& options, json_line& report);

}  // namespace broadcast_hub::benchmark
