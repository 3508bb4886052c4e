#include "support/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

namespace broadcast_hub::benchmark {

arguments::arguments(int count, char** values, const std::vector<std::string>& known) {
  for (int i = 1; i < count; i += 2) {
    const std::string_view flag = values[i];
    const std::string name(flag.substr(std::min<std::size_t>(2, flag.size())));
    if (!flag.starts_with("--") || std::find(known.begin(), known.end(), name) == known.end()) {
      throw usage_error("unknown argument " + std::string(flag));
    }
    if (i + 1 == count) {
      throw usage_error(std::string(flag) + " needs a value");
    }
    values_[name] = values[i + 1];
  }
}

std::string arguments::text(const std::string& name, const std::string& absent) const {
  const auto found = values_.find(name);
  return found == values_.end() ? absent : found->second;
}

std::size_t arguments::number(const std::string& name, std::size_t absent) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return absent;
  }
  const std::string& value = found->second;
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc{} || end != value.data() + value.size()) {
    throw usage_error("--" + name + " needs a whole number, not " + value);
  }
  return number;
}

bool arguments::is_on(const std::string& name) const {
  const std::string value = text(name, "off");
  if (value != "on" && value != "off") {
    throw usage_error("--" + name + " is on or off, not " + value);
  }
  return value == "on";
}

}  // namespace broadcast_hub::benchmark
