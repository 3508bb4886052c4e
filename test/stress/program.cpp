#include "program.hpp"

#include "support/sanitizers.hpp"

#include <sys/resource.h>

#include <iomanip>
#include <sstream>

namespace broadcast_hub::stress {
namespace {

std::string with_one_digit(double figure) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << figure;
  return text.str();
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t place = text.size(); place > 3;)
    text.insert(place -= 3, ",");
  return text;
}

std::string in_mebibytes(std::uint64_t bytes) {
  return with_one_digit(static_cast<double>(bytes) / (1 << 20U)) + " MiB";
}

std::string seconds(std::chrono::duration<double> time) {
  return with_one_digit(time.count()) + " s";
}

std::string peak_memory() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return in_mebibytes(static_cast<std::uint64_t>(used.ru_maxrss) * 1024);
}

bool is_sanitized() noexcept {
  return test::with_address_sanitizer || test::with_thread_sanitizer;
}

}  // namespace broadcast_hub::stress
