#include "http/request_path.hpp"

#include "base/text.hpp"
#include "wire/http_text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace broadcast_hub::http {
namespace {

constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  if (digit >= 'a' && digit <= 'f') {
    return digit - 'a' + 10;
  }
  if (digit >= 'A' && digit <= 'F') {
    return digit - 'A' + 10;
  }
  return -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char next = text[i];
    if (next == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return std::nullopt;
      }
      next = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (wire::is_control(next)) {
      return std::nullopt;
    }
    decoded += next;
  }
  return decoded;
}

// Names with a leading dot are hidden files, and "." and ".." among them. A decoded slash is no
// separator, and a backslash would be one for other systems' tools and for browsers.
bool may_serve(std::string_view segment) noexcept {
  return !segment.empty() && segment.front() != '.' &&
         segment.find_first_of("/\\") == std::string_view::npos;
}

bool remove_prefix(std::string_view& text, std::string_view prefix) noexcept {
  if (!equal_ignoring_case(text.substr(0, prefix.size()), prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

// RFC 9112, section 3.2.2: a server accepts "http://host/path" as a target, too.
std::string_view without_authority(std::string_view path) noexcept {
  if (remove_prefix(path, "http://") || remove_prefix(path, "https://")) {
    path.remove_prefix(std::min(path.find('/'), path.size()));
    return path.empty() ? "/" : path;
  }
  return path;
}

constexpr bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

request_path parse_request_path(std::string_view path) {
  path = without_authority(path);
  request_path found;
  if (path.empty() || path.front() != '/') {
    found.status = 400;
    return found;
  }
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::optional<std::string> segment = decode(path.substr(0, slash));
    if (!segment) {
      found.status = 400;
      return found;
    }
    if (!may_serve(*segment)) {
      found.status = 404;
    }
    found.relative += found.relative.empty() ? "" : "/";
    found.relative += *segment;
    found.names_folder = slash < path.size();
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return found;
}

std::string encode_path(std::string_view relative) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded = "/";
  for (const char c : relative) {
    if (c == '/' || is_unreserved(c)) {
      encoded += c;
    } else {
      const auto code = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += digits[code / 16];
      encoded += digits[code % 16];
    }
  }
  return encoded;
}

}  // namespace broadcast_hub::http
