#include "http/media_type.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace broadcast_hub::http {
namespace {

struct media_type_case {
  std::string_view path;
  std::string_view type;
};

constexpr std::array known_types = {
    media_type_case{"index.html", "text/html; charset=utf-8"},
    media_type_case{"INDEX.HTM", "text/html; charset=utf-8"},
    media_type_case{"a/b/style.css", "text/css; charset=utf-8"},
    media_type_case{"app.js", "text/javascript; charset=utf-8"},
    media_type_case{"app.min.mjs", "text/javascript; charset=utf-8"},
    media_type_case{"readme.Txt", "text/plain; charset=utf-8"},
    media_type_case{"data.json", "application/json"},
    media_type_case{"app.js.map", "application/json"},
    media_type_case{"site.webmanifest", "application/manifest+json"},
    media_type_case{"code.wasm", "application/wasm"},
    media_type_case{"logo.svg", "image/svg+xml"},
    media_type_case{"favicon.ico", "image/x-icon"},
    media_type_case{"photo.JPeG", "image/jpeg"},
    media_type_case{"face.woff2", "font/woff2"},
    media_type_case{"page.html.gz", "application/gzip"},
    media_type_case{"", "application/octet-stream"},
    media_type_case{"html", "application/octet-stream"},
    media_type_case{"page.", "application/octet-stream"},
    media_type_case{"page.html.", "application/octet-stream"},
    media_type_case{"page.htmlx", "application/octet-stream"},
    media_type_case{"page.xhtml2", "application/octet-stream"},
    media_type_case{"site.html/file", "application/octet-stream"},
};

TEST(MediaTypeTest, GoesByTheEndingOfTheName) {
  for (const auto& [path, type] : known_types) {
    EXPECT_EQ(media_type_of(path), type) << path;
  }
}

}  // namespace
}  // namespace broadcast_hub::http
