#include "wire/http_text.hpp"

#include <algorithm>
#include <cstddef>

namespace broadcast_hub::wire {
namespace {

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool consists_of(std::string_view text, std::string_view punctuation) noexcept {
  return std::all_of(text.begin(), text.end(), [punctuation](char c) {
    return is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos;
  });
}

/// The end of the host in `authority`, or nothing when a bracket is not closed.
std::optional<std::size_t> end_of_host(std::string_view authority) noexcept {
  if (authority.empty() || authority.front() != '[') {
    return std::min(authority.find(':'), authority.size());
  }
  const std::size_t bracket = authority.find(']');
  if (bracket == std::string_view::npos) {
    return std::nullopt;
  }
  return bracket + 1;
}

bool is_host(std::string_view host) noexcept {
  if (host.empty()) {
    return false;
  }
  if (host.front() == '[') {
    const std::string_view address = host.substr(1, host.size() - 2);
    return !address.empty() && consists_of(address, ":.");
  }
  return consists_of(host, "-._~!$&'()*+,;=%");
}

bool is_port(std::string_view port) noexcept {
  return port.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_control(char c) noexcept {
  const auto code = static_cast<unsigned char>(c);
  return code < 0x20 || code == 0x7f;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && consists_of(text, "!#$%&'*+-.^_`|~");
}

std::string_view next_element(std::string_view& list) noexcept {
  const std::size_t comma = list.find(',');
  const std::string_view element = trim(list.substr(0, comma));
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return element;
}

std::optional<std::string_view> host_of(std::string_view authority) noexcept {
  const auto end = end_of_host(authority);
  if (!end) {
    return std::nullopt;
  }
  const std::string_view host = authority.substr(0, *end);
  const std::string_view rest = authority.substr(*end);
  const bool port_follows = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  if (!is_host(host) || !port_follows) {
    return std::nullopt;
  }
  return host;
}

}  // namespace broadcast_hub::wire
