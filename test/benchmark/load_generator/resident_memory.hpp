#pragma once

#include <sys/types.h>

#include <cstddef>

namespace broadcast_hub::benchmark {

/// Memory of a process that is resident (RSS), in bytes. /proc/PID/smaps_rollup is asked first: it
/// counts the pages, while VmRSS of /proc/PID/status may be off by some (proc(5)).
///
/// Errors: throws `std::runtime_error` when neither file says it.
std::size_t resident_memory(pid_t process);

}  // namespace broadcast_hub::benchmark
