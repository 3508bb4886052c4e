#include "topic/name.hpp"

#include <algorithm>

namespace broadcast_hub::topic {
namespace {

enum class kind { broken, name, pattern };

kind classify(std::string_view text) noexcept {
  const auto allowed = [](char c) { return c >= 0x21 && c <= 0x7e; };
  if (text.empty() || text.size() > max_name_bytes || text.back() == '.' ||
      !std::all_of(text.begin(), text.end(), allowed)) {
    return kind::broken;
  }
  bool wild = false;
  while (!text.empty()) {
    const std::string_view token = next_token(text);
    if (token.empty() || (token == ">" && !text.empty()))
      return kind::broken;
    if (token == "*" || token == ">") {
      wild = true;
    } else if (token.find_first_of("*>") != std::string_view::npos) {
      return kind::broken;
    }
  }
  return wild ? kind::pattern : kind::name;
}

}  // namespace

bool is_valid_name(std::string_view text) noexcept {
  return classify(text) == kind::name;
}

bool is_valid_pattern(std::string_view text) noexcept {
  return classify(text) == kind::pattern;
}

bool matches(std::string_view pattern, std::string_view name) noexcept {
  while (!pattern.empty() && !name.empty()) {
    const std::string_view wanted = next_token(pattern);
    if (wanted == ">")
      return true;
    const std::string_view token = next_token(name);
    if (wanted != "*" && wanted != token)
      return false;
  }
  return pattern.empty() && name.empty();
}

bool covers(std::string_view one, std::string_view other) noexcept {
  const bool other_is_longer = other.ends_with('>') && !one.ends_with('>');
  return !other_is_longer && matches(one, other);
}

bool overlap(std::string_view one, std::string_view other) noexcept {
  while (!one.empty() && !other.empty()) {
    const std::string_view first = next_token(one);
    const std::string_view second = next_token(other);
    if (first == ">" || second == ">")
      return true;
    if (first != "*" && second != "*" && first != second)
      return false;
  }
  return one.empty() && other.empty();
}

std::string_view next_token(std::string_view& rest) noexcept {
  const std::size_t dot = rest.find('.');
  const std::string_view token = rest.substr(0, dot);
  rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
  return token;
}

}  // namespace broadcast_hub::topic
