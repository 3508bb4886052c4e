#include "wire/request.hpp"

#include "base/text.hpp"
#include "wire/http_text.hpp"

#include <algorithm>

namespace broadcast_hub::wire {
namespace {

auto find_header(const request& request, std::string_view name) noexcept {
  return std::find_if(request.headers.begin(), request.headers.end(), [name](const auto& header) {
    return equal_ignoring_case(header.first, name);
  });
}

}  // namespace

std::string_view request::header(std::string_view name) const noexcept {
  const auto found = find_header(*this, name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

bool request::has_header(std::string_view name) const noexcept {
  return find_header(*this, name) != headers.end();
}

bool has_token(std::string_view list, std::string_view token) noexcept {
  while (!list.empty()) {
    if (equal_ignoring_case(next_element(list), token)) {
      return true;
    }
  }
  return false;
}

}  // namespace broadcast_hub::wire
