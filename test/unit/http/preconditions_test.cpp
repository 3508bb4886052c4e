#include "http/preconditions.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::http {
namespace {

struct etag_case {
  std::string_view list;
  bool weakly;
  bool strongly;
};

TEST(PreconditionsTest, FindATagInAList) {
  constexpr std::array cases = {
      etag_case{R"("a-1")", true, true},
      etag_case{R"(W/"a-1")", true, false},
      etag_case{R"("b", "a-1")", true, true},
      etag_case{R"("b",W/"c"	, ,, "a-1" )", true, true},
      etag_case{R"("b", W/"a-1", "a-1")", true, true},
      etag_case{R"("x, y", "a-1")", true, true},
      etag_case{"*", true, true},
      etag_case{" * ", true, true},
      etag_case{"", false, false},
      etag_case{" , ", false, false},
      etag_case{"a-1", false, false},
      etag_case{R"("a-1)", false, false},
      etag_case{R"(a-1")", false, false},
      etag_case{R"(w/"a-1")", false, false},
      etag_case{R"(W/ "a-1")", false, false},
      etag_case{R"("A-1")", false, false},
      etag_case{R"("a-10")", false, false},
      etag_case{R"("")", false, false},
      etag_case{R"(")", false, false},
      etag_case{"W/", false, false},
      etag_case{R"(", "a-1)", false, false},
      etag_case{R"(nonsense, "a-1")", false, false},
      etag_case{R"(*, "b")", false, false},
  };
  for (const auto& [list, weakly, strongly] : cases) {
    EXPECT_EQ(names_etag(list, R"("a-1")", tag_comparison::weak), weakly) << list;
    EXPECT_EQ(names_etag(list, R"("a-1")", tag_comparison::strong), strongly) << list;
  }
}

struct condition_case {
  std::vector<std::pair<std::string, std::string>> headers;
  int status;
};

TEST(PreconditionsTest, AreEvaluatedInTheOrderOfTheRfc) {
  const std::string before = "Sun, 06 Nov 1994 08:49:36 GMT";
  const std::string same = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::string after = "Sun, 06 Nov 1994 08:49:38 GMT";
  const std::chrono::sys_seconds modified(std::chrono::seconds(784111777));
  const std::vector<condition_case> cases = {
      {{}, 200},
      {{{"If-None-Match", R"("a")"}}, 304},
      {{{"if-none-match", R"(W/"a")"}}, 304},
      {{{"If-None-Match", "*"}}, 304},
      {{{"If-None-Match", R"("b")"}}, 200},
      {{{"If-Modified-Since", before}}, 200},
      {{{"If-Modified-Since", same}}, 304},
      {{{"If-Modified-Since", after}}, 304},
      {{{"If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT"}}, 304},
      {{{"If-Modified-Since", "some day"}}, 200},
      {{{"If-Modified-Since", ""}}, 200},
      {{{"If-None-Match", R"("b")"}, {"If-Modified-Since", after}}, 200},
      {{{"If-None-Match", ""}, {"If-Modified-Since", after}}, 200},
      {{{"If-None-Match", R"("a")"}, {"If-Modified-Since", before}}, 304},
      {{{"If-Match", R"("a")"}}, 200},
      {{{"If-Match", "*"}}, 200},
      {{{"If-Match", R"("b")"}}, 412},
      {{{"If-Match", R"(W/"a")"}}, 412},
      {{{"If-Unmodified-Since", before}}, 412},
      {{{"If-Unmodified-Since", same}}, 200},
      {{{"If-Unmodified-Since", "some day"}}, 200},
      {{{"If-Match", R"("a")"}, {"If-Unmodified-Since", before}}, 200},
      {{{"If-Match", R"("a")"}, {"If-None-Match", R"("a")"}}, 304},
      {{{"If-Match", R"("b")"}, {"If-None-Match", R"("a")"}}, 412},
      {{{"If-Unmodified-Since", before}, {"If-None-Match", R"("a")"}}, 412},
  };
  for (const auto& [headers, status] : cases) {
    wire::request request;
    request.headers = headers;
    EXPECT_EQ(check_preconditions(request, R"("a")", modified, modified), status)
        << testing::PrintToString(headers);
  }
}

}  // namespace
}  // namespace broadcast_hub::http
