#include "http/media_type.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace broadcast_hub::http {
namespace {

struct known_type {
  std::string_view ending;
  std::string_view type;
};

constexpr std::array known_types = {
    known_type{"html", "text/html; charset=utf-8"},
    known_type{"htm", "text/html; charset=utf-8"},
    known_type{"css", "text/css; charset=utf-8"},
    known_type{"js", "text/javascript; charset=utf-8"},
    known_type{"mjs", "text/javascript; charset=utf-8"},
    known_type{"txt", "text/plain; charset=utf-8"},
    known_type{"log", "text/plain; charset=utf-8"},
    known_type{"md", "text/markdown; charset=utf-8"},
    known_type{"csv", "text/csv; charset=utf-8"},
    known_type{"vtt", "text/vtt; charset=utf-8"},
    known_type{"xml", "text/xml; charset=utf-8"},
    known_type{"json", "application/json"},
    known_type{"map", "application/json"},
    known_type{"webmanifest", "application/manifest+json"},
    known_type{"wasm", "application/wasm"},
    known_type{"pdf", "application/pdf"},
    known_type{"zip", "application/zip"},
    known_type{"gz", "application/gzip"},
    known_type{"svg", "image/svg+xml"},
    known_type{"png", "image/png"},
    known_type{"jpg", "image/jpeg"},
    known_type{"jpeg", "image/jpeg"},
    known_type{"gif", "image/gif"},
    known_type{"webp", "image/webp"},
    known_type{"avif", "image/avif"},
    known_type{"bmp", "image/bmp"},
    known_type{"ico", "image/x-icon"},
    known_type{"woff", "font/woff"},
    known_type{"woff2", "font/woff2"},
    known_type{"ttf", "font/ttf"},
    known_type{"otf", "font/otf"},
    known_type{"mp3", "audio/mpeg"},
    known_type{"ogg", "audio/ogg"},
    known_type{"wav", "audio/wav"},
    known_type{"mp4", "video/mp4"},
    known_type{"webm", "video/webm"},
};

constexpr std::string_view unknown_type = "application/octet-stream";

}  // namespace

std::string_view media_type_of(std::string_view path) noexcept {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) {
    return unknown_type;
  }
  const std::string_view ending = name.substr(dot + 1);
  const auto found = std::find_if(
      known_types.begin(), known_types.end(),
      [ending](const known_type& known) { return equal_ignoring_case(known.ending, ending); });
  return found != known_types.end() ? found->type : unknown_type;
}

}  // namespace broadcast_hub::http
