// Looks at what things cost in memory, in one of three modes. Exit status: 0 when it was as little
// as it should be, 1 when not, 2 for a wrong command line.

#include "load_generator/resident_memory.hpp"
#include "memory_modes.hpp"
#include "program.hpp"

#include <unistd.h>

#include <iomanip>
#include <sstream>
#include <string>

namespace broadcast_hub::stress {
namespace {

std::string in_bytes(double bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(0) << bytes << " bytes";
  return text.str();
}

void run(const benchmark::arguments& given) {
  const std::string mode = given.text("mode", "stalled");
  if (mode == "stalled")
    return measure_stalled(given);
  if (mode == "idle")
    return measure_idle(given);
  if (mode == "topics")
    return measure_topics(given);
  throw benchmark::usage_error("--mode is stalled, idle or topics, not " + mode);
}

}  // namespace

std::uint64_t own_memory() {
  return benchmark::resident_memory(::getpid());
}

void check_growth(const std::string& each, const growth& seen, double most) {
  const double grown = seen.for_each();
  print("resident memory grew from ", in_mebibytes(seen.before), " to ", in_mebibytes(seen.after),
        ": ", in_bytes(grown), " for each ", each, ", at most ", in_bytes(most),
        is_sanitized() ? "; not judged, because the sanitizer needs memory of its own" : "");
  require(is_sanitized() || grown <= most, "memory for each " + each + " is bounded");
}

}  // namespace broadcast_hub::stress

int main(int count, char** values) {
  using namespace broadcast_hub::stress;
  return run_program("memory_stress", [&] {
    run({count,
         values,
         {"mode", "clients", "megabytes", "payload", "log-mebibytes", "topics", "rounds"}});
  });
}
