#include "load_generator/resident_memory.hpp"

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

}  // namespace

std::size_t resident_memory(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  auto kibibytes = read_kibibytes(folder + "/smaps_rollup", "Rss:");
  if (!kibibytes) {
    kibibytes = read_kibibytes(folder + "/status", "VmRSS:");
  }
  if (!kibibytes) {
    throw std::runtime_error("cannot read the memory of process " + std::to_string(process));
  }
  return *kibibytes * 1024;
}

}  // namespace broadcast_hub::benchmark
