#pragma once

#include <optional>
#include <stdexcept>
#include <string>

/// The number that a text stands for, if it is one from `least` to `most`. "010" and "0x10" stand
/// for none: who writes them means different things.
inline std::optional<unsigned long> whole_number(const std::string& text, unsigned long least,
                                                 unsigned long most) {
  const bool digits = !text.empty() && text.size() <= 9 &&
                      text.find_first_not_of("0123456789") == std::string::npos &&
                      (text.size() == 1 || text.front() != '0');
  const unsigned long value = digits ? std::stoul(text) : 0;
  return digits && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

/// The same for a program's argument that its `--help` calls `name`.
///
/// Errors: throws `std::invalid_argument` that names the argument, its value and the range.
inline unsigned long number_argument(const char* name, const std::string& text, unsigned long least,
                                     unsigned long most) {
  if (const auto value = whole_number(text, least, most))
    return *value;
  throw std::invalid_argument(std::string(name) + " is '" + text +
                              "'; it must be a whole number from " + std::to_string(least) +
                              " to " + std::to_string(most) + "; see --help");
}
