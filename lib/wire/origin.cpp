#include "wire/origin.hpp"

#include "base/text.hpp"
#include "wire/handshake.hpp"
#include "wire/http_text.hpp"

#include <algorithm>

namespace broadcast_hub::wire {

std::optional<std::string_view> host_of_origin(std::string_view origin) noexcept {
  constexpr std::string_view separator = "://";
  const std::size_t end_of_scheme = origin.find(separator);
  if (end_of_scheme == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view scheme = origin.substr(0, end_of_scheme);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) {
    return std::nullopt;
  }
  return host_of(origin.substr(end_of_scheme + separator.size()));
}

bool origin_allowed(const request& request, const std::vector<std::string>& allowed) {
  if (!request.has_header("Origin")) {
    return true;
  }
  const std::string_view origin = request.header("Origin");
  if (allowed.empty()) {
    const auto page = host_of_origin(origin);
    const auto ours = host_of(request.header("Host"));
    return page && ours && equal_ignoring_case(*page, *ours);
  }
  return std::any_of(allowed.begin(), allowed.end(), [origin](const std::string& entry) {
    return entry == "*" || equal_ignoring_case(entry, origin);
  });
}

}  // namespace broadcast_hub::wire
