#include "load_generator/cpu_time.hpp"

#include "support/system_call.hpp"

#include <ctime>
#include <string>

namespace broadcast_hub::benchmark {

std::chrono::nanoseconds cpu_time(pid_t process) {
  clockid_t clock{};
  const int fault = ::clock_getcpuclockid(process, &clock);
  if (fault != 0) {
    throw std::system_error(fault, std::generic_category(),
                            "CPU time of process " + std::to_string(process));
  }
  timespec time{};
  checked(::clock_gettime(clock, &time), "clock_gettime");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace broadcast_hub::benchmark
