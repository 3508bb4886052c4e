#pragma once

#include <sys/types.h>

#include <cstddef>

namespace broadcast_hub::benchmark {

/// Memory of a process that is resident (RSS), in bytes. /proc/PID/smaps_rollup is asked first: it
/// counts the pages, while VmRSS of /proc/PID/status may be off by some (proc(5)).
///
/// Errors: throws `std::runtime_error` when neither file says it.
std::size_t resident_memory(pid_t process);

/// The same a little less exactly and much faster: the kernel keeps the number, and the process
/// does not have to wait while its pages are counted.
std::size_t approximate_resident_memory(pid_t process);

/// Memory that the kernel has given to all TCP sockets of this machine, in bytes.
///
/// Errors: throws `std::runtime_error` when /proc/net/sockstat does not say it.
std::size_t socket_memory();

}  // namespace broadcast_hub::benchmark
