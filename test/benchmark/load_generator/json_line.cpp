#include "load_generator/json_line.hpp"

#include <array>
#include <cstdio>

namespace broadcast_hub::benchmark {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    // A faulty server may have sent anything; none of it may break the line.
    const bool printable = c >= 0x20 && c < 0x7F;
    out += printable ? c : '?';
  }
  return out + "\"";
}

}  // namespace

json_line& json_line::add(std::string_view name, std::string_view value) {
  add_name(name);
  members_ += quoted(value);
  return *this;
}

json_line& json_line::add(std::string_view name, std::uint64_t value) {
  add_name(name);
  members_ += std::to_string(value);
  return *this;
}

json_line& json_line::add(std::string_view name, double value) {
  std::array<char, 64> digits{};
  std::snprintf(digits.data(), digits.size(), "%.4f", value);
  add_name(name);
  members_ += digits.data();
  return *this;
}

void json_line::add_name(std::string_view name) {
  members_ += members_.empty() ? "" : ",";
  members_ += quoted(name) + ":";
}

}  // namespace broadcast_hub::benchmark
