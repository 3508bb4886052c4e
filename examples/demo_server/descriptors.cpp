#include "descriptors.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace demo {
namespace {

std::string to_text(rlim_t limit) {
  return limit == RLIM_INFINITY ? "unlimited" : std::to_string(limit);
}

}  // namespace

std::string raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return "descriptor limit unknown: " + std::generic_category().message(errno);
  }
  const std::string before = to_text(limit.rlim_cur);
  if (limit.rlim_cur == limit.rlim_max) {
    return "descriptor limit is " + before + " already, the hard limit";
  }
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return "descriptor limit stays " + before + ": " + std::generic_category().message(errno);
  }
  return "descriptor limit raised from " + before + " to " + to_text(limit.rlim_max) +
         ", the hard limit";
}

}  // namespace demo
