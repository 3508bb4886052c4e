#pragma once

#include "support/arguments.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace broadcast_hub::stress {

/// One line of what a program did.
template <typename... Parts>
void print(const Parts&... parts) {
  (std::cout << ... << parts) << std::dec << std::endl;  // NOLINT(performance-avoid-endl): live
}

/// Errors: throws `std::runtime_error` when it does not hold.
inline void require(bool holds, const std::string& what) {
  if (!holds)
    throw std::runtime_error("it does not hold that " + what);
}

/// For example "8,000,000".
std::string with_commas(std::uint64_t number);

/// For example "1.5 MiB".
std::string in_mebibytes(std::uint64_t bytes);

/// For example "12.3 s".
std::string seconds(std::chrono::duration<double> time);

/// The most memory that this process has had resident (RSS), in words.
std::string peak_memory();

/// Whether a sanitizer is compiled in, which needs memory of its own.
bool is_sanitized() noexcept;

/// Runs `work` and returns the exit status of the program: 0, 1 when it throws, 2 for a wrong
/// command line.
template <typename Work>
int run_program(std::string_view name, Work work) {
  try {
    work();
    return 0;
  } catch (const benchmark::usage_error& fault) {
    std::cerr << name << ": " << fault.what() << '\n';
    return 2;
  } catch (const std::exception& fault) {
    std::cerr << name << ": " << fault.what() << '\n';
    return 1;
  }
}

}  // namespace broadcast_hub::stress
