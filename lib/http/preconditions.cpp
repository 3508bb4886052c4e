#include "http/preconditions.hpp"

#include "wire/http_date.hpp"
#include "wire/http_text.hpp"

#include <algorithm>
#include <cstddef>

namespace broadcast_hub::http {
namespace {

void skip_separators(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(", \t"), text.size()));
}

}  // namespace

bool names_etag(std::string_view list, std::string_view etag, tag_comparison comparison) noexcept {
  list = wire::trim(list);
  if (list == "*") {
    return true;
  }
  // A tag may hold commas, so the quotes have to be followed.
  for (skip_separators(list); !list.empty(); skip_separators(list)) {
    const bool weak = list.substr(0, 2) == "W/";
    list.remove_prefix(weak ? 2 : 0);
    const std::size_t end = list.find('"', 1);
    if (list.substr(0, 1) != "\"" || end == std::string_view::npos) {
      return false;
    }
    const bool comparable = !weak || comparison == tag_comparison::weak;
    if (comparable && list.substr(0, end + 1) == etag) {
      return true;
    }
    list.remove_prefix(end + 1);
  }
  return false;
}

int check_preconditions(const wire::request& request, std::string_view etag,
                        std::chrono::sys_seconds modified, std::chrono::sys_seconds now) {
  if (request.has_header("If-Match")) {
    if (!names_etag(request.header("If-Match"), etag, tag_comparison::strong)) {
      return 412;
    }
  } else if (const auto date = wire::parse_http_date(request.header("If-Unmodified-Since"), now)) {
    if (modified > *date) {
      return 412;
    }
  }
  if (request.has_header("If-None-Match")) {
    return names_etag(request.header("If-None-Match"), etag, tag_comparison::weak) ? 304 : 200;
  }
  const auto date = wire::parse_http_date(request.header("If-Modified-Since"), now);
  return date && modified <= *date ? 304 : 200;
}

}  // namespace broadcast_hub::http
