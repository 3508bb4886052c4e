#include "load_generator/resident_memory.hpp"

#include <unistd.h>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

namespace broadcast_hub::benchmark {
namespace {

std::optional<std::size_t> read_kibibytes(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name)) {
      return std::stoull(line.substr(name.size()));
    }
  }
  return {};
}

std::size_t in_bytes(std::optional<std::size_t> kibibytes, pid_t process) {
  if (!kibibytes) {
    throw std::runtime_error("cannot read the memory of process " + std::to_string(process));
  }
  return *kibibytes * 1024;
}

std::string proc_folder(pid_t process) {
  return "/proc/" + std::to_string(process);
}

}  // namespace

std::size_t resident_memory(pid_t process) {
  const auto counted = read_kibibytes(proc_folder(process) + "/smaps_rollup", "Rss:");
  return counted ? in_bytes(counted, process) : approximate_resident_memory(process);
}

std::size_t approximate_resident_memory(pid_t process) {
  return in_bytes(read_kibibytes(proc_folder(process) + "/status", "VmRSS:"), process);
}

std::size_t socket_memory() {
  std::ifstream file("/proc/net/sockstat");
  std::string word;
  while (file >> word && word != "TCP:") {
  }
  while (file >> word && word != "mem") {
  }
  std::size_t pages = 0;
  if (!(file >> pages)) {
    throw std::runtime_error("cannot read the memory of sockets from /proc/net/sockstat");
  }
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace broadcast_hub::benchmark
