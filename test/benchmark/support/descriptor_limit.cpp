#include "support/descriptor_limit.hpp"

#include "support/system_call.hpp"

#include <sys/resource.h>

namespace broadcast_hub::benchmark {

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
  return limit.rlim_cur;
}

}  // namespace broadcast_hub::benchmark
