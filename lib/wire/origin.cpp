#include "wire/origin.hpp"

#include "base/text.hpp"
#include "wire/handshake.hpp"
#include "wire/http_text.hpp"

#include <algorithm>

namespace broadcast_hub::wire {
namespace {

constexpr std::string_view separator = "://";
constexpr std::string_view any_label = "*.";

/// `scheme://host[:port]`, in two pieces.
struct origin_parts {
  std::string_view scheme;
  std::string_view authority;
};

std::optional<origin_parts> split(std::string_view origin) noexcept {
  const std::size_t end_of_scheme = origin.find(separator);
  if (end_of_scheme == std::string_view::npos)
    return std::nullopt;
  return origin_parts{origin.substr(0, end_of_scheme),
                      origin.substr(end_of_scheme + separator.size())};
}

bool are_labels(std::string_view name) noexcept {
  return !name.empty() && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos;
}

/// Whether `origin` is of a host below the one that `entry`, `scheme://*.host[:port]`, names.
bool is_below(std::string_view entry, std::string_view origin) noexcept {
  const auto wanted = split(entry);
  const auto given = split(origin);
  if (!wanted || !given || !wanted->authority.starts_with(any_label) ||
      !equal_ignoring_case(wanted->scheme, given->scheme) || !host_of(given->authority))
    return false;
  const std::string_view parent = wanted->authority.substr(1);  // with its dot, and the port
  if (given->authority.size() <= parent.size())
    return false;
  const std::size_t own = given->authority.size() - parent.size();
  return equal_ignoring_case(given->authority.substr(own), parent) &&
         are_labels(given->authority.substr(0, own));
}

/// A number from 0 to 255 without leading zeros, which some would read as octal.
bool is_byte(std::string_view text) noexcept {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0') ||
      text.find_first_not_of("0123456789") != std::string_view::npos)
    return false;
  return text.size() < 3 || text <= "255";
}

/// 127.0.0.0/8, all four numbers written out.
bool is_loopback_ipv4(std::string_view host) noexcept {
  constexpr std::string_view network = "127.";
  if (!host.starts_with(network))
    return false;
  host.remove_prefix(network.size());
  for (int numbers_left = 3;; --numbers_left) {
    const std::size_t dot = host.find('.');
    if (!is_byte(host.substr(0, dot)))
      return false;
    if (dot == std::string_view::npos)
      return numbers_left == 1;
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

std::optional<std::string_view> host_of_origin(std::string_view origin) noexcept {
  const auto parts = split(origin);
  if (!parts || (!equal_ignoring_case(parts->scheme, "http") &&
                 !equal_ignoring_case(parts->scheme, "https"))) {
    return std::nullopt;
  }
  return host_of(parts->authority);
}

bool is_loopback_host(std::string_view host) noexcept {
  return equal_ignoring_case(host, "localhost") || host == "[::1]" || is_loopback_ipv4(host);
}

bool from_loopback_to_loopback(const request& request) noexcept {
  const auto page = host_of_origin(request.header("Origin"));
  const auto ours = host_of(request.header("Host"));
  return page && ours && is_loopback_host(*page) && is_loopback_host(*ours);
}

bool is_opaque_origin(std::string_view origin) noexcept {
  return equal_ignoring_case(origin, "null") || equal_ignoring_case(origin, "file://");
}

bool may_be_listed(std::string_view origin) noexcept {
  if (origin == "*" || is_opaque_origin(origin))
    return true;
  // Of any scheme: pages of apps and extensions have their own.
  const auto parts = split(origin);
  if (!parts || !is_token(parts->scheme) || parts->scheme.find('*') != std::string_view::npos)
    return false;
  std::string_view authority = parts->authority;
  if (authority.starts_with(any_label)) {
    authority.remove_prefix(any_label.size());
    if (authority.empty() || authority.front() == '[')
      return false;
  }
  const auto host = host_of(authority);
  return host && host->find('*') == std::string_view::npos;
}

bool origin_allowed(const request& request, const std::vector<std::string>& allowed,
                    bool loopback_is_one_host) {
  if (!request.has_header("Origin")) {
    return true;
  }
  const std::string_view origin = request.header("Origin");
  if (allowed.empty()) {
    const auto page = host_of_origin(origin);
    const auto ours = host_of(request.header("Host"));
    return (page && ours && equal_ignoring_case(*page, *ours)) ||
           (loopback_is_one_host && from_loopback_to_loopback(request));
  }
  return std::any_of(allowed.begin(), allowed.end(), [origin](const std::string& entry) {
    return entry == "*" || equal_ignoring_case(entry, origin) || is_below(entry, origin);
  });
}

}  // namespace broadcast_hub::wire
