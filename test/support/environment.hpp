#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace broadcast_hub::test {

/// The number that an environment variable says, or `absent` when it is not set.
///
/// Errors: throws `std::invalid_argument` when it is set to something else, so that nobody believes
/// a test had run as asked for.
inline std::uint32_t number_from_environment(const char* name, std::uint32_t absent) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (text == nullptr)
    return absent;
  const std::string_view value(text);
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc{} || end != value.data() + value.size())
    throw std::invalid_argument(std::string(name) + " is no whole number: " + text);
  return number;
}

}  // namespace broadcast_hub::test
