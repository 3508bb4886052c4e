#pragma once

#include "load_generator/json_line.hpp"
#include "load_generator/options.hpp"

namespace broadcast_hub::benchmark {

/// What clients that speak bhub.v1 cost the server; figures are added to `report`.
///
/// Errors: throw `server_fault` when a client does not get exactly what it must get.
/// @{

/// All clients are cut off, miss some broadcasts, come back and get them. The server keeps a
/// history.
void measure_recovery(const load_options& options, json_line& report);

/// Every client subscribes to some topics.
void measure_subscribing(const load_options& options, json_line& report);

/// Every client joins a topic and watches who else does. The server has presence on all topics and
/// takes the query of a client's target for its user.
void measure_presence(const load_options& options, json_line& report);
/// @}

}  // namespace broadcast_hub::benchmark
