#pragma once

#include <sys/types.h>

#include <chrono>

namespace broadcast_hub::benchmark {

/// User and system time of all threads of a process since its start, finished ones included. The
/// process clock counts nanoseconds, where /proc/PID/stat counts ticks of 10 ms.
///
/// Errors: throws `std::system_error`, also when there is no such process.
std::chrono::nanoseconds cpu_time(pid_t process);

}  // namespace broadcast_hub::benchmark
