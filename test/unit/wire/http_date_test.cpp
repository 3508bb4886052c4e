#include "wire/http_date.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

std::chrono::sys_seconds at(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

constexpr std::int64_t year_2024 = 1704067200;

struct date_case {
  std::int64_t seconds;
  std::string_view text;
};

TEST(HttpDateTest, WritesAndReadsTheFixedForm) {
  constexpr std::array cases = {
      date_case{0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      date_case{784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      date_case{951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
      date_case{1735689599, "Tue, 31 Dec 2024 23:59:59 GMT"},
      date_case{4102444800, "Fri, 01 Jan 2100 00:00:00 GMT"},
      date_case{253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
  };
  for (const auto& [seconds, text] : cases) {
    EXPECT_EQ(format_http_date(at(seconds)), text);
    EXPECT_EQ(parse_http_date(text, at(year_2024)), at(seconds)) << text;
  }
}

TEST(HttpDateTest, ReadsTheOldForms) {
  constexpr std::array cases = {
      date_case{784111777, "Sunday, 06-Nov-94 08:49:37 GMT"},
      date_case{784111777, "Sun Nov  6 08:49:37 1994"},
      date_case{1700000000, "Tue Nov 14 22:13:20 2023"},
      date_case{1700000000, "Tuesday, 14-Nov-23 22:13:20 GMT"},
  };
  for (const auto& [seconds, text] : cases) {
    EXPECT_EQ(parse_http_date(text, at(year_2024)), at(seconds)) << text;
  }
}

TEST(HttpDateTest, TakesTwoDigitsForTheYearWithinFiftyYearsAhead) {
  // In 2024, 74 is 2074 and 75 is 1975; seen from 1999, 24 lies ahead.
  EXPECT_EQ(parse_http_date("Monday, 01-Jan-74 00:00:00 GMT", at(year_2024)), at(3281990400));
  EXPECT_EQ(parse_http_date("Wednesday, 01-Jan-75 00:00:00 GMT", at(year_2024)), at(157766400));
  EXPECT_EQ(parse_http_date("Monday, 01-Jan-24 00:00:00 GMT", at(915148800)), at(year_2024));
}

TEST(HttpDateTest, LetsALeapSecondPass) {
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", at(year_2024)), at(1483228800));
}

TEST(HttpDateTest, RefusesEverythingElse) {
  constexpr std::array<std::string_view, 27> texts = {
      "",
      " ",
      ",",
      "Sun",
      "Sun,",
      "yesterday",
      "0",
      "Sun, 06 Nov 1994 08:49:37",
      "Sun, 06 Nov 1994 08:49:37 GMT ",
      " Sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 06 Nov 1994 08:49:37 gmt",
      "Sun, 6 Nov 1994 08:49:37 GMT",
      "sun, 06 Nov 1994 08:49:37 GMT",
      "Mon, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 94 08:49:37 GMT",
      "Sun, 00 Nov 1994 08:49:37 GMT",
      "Sun, 31 Nov 1994 08:49:37 GMT",
      "Thu, 29 Feb 2023 00:00:00 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT",
      "Sun, 06 Nov 1994 08:60:37 GMT",
      "Sun, 06 Nov 1994 08:49:61 GMT",
      "Sun, 06 Nov 1994 -8:49:37 GMT",
      "Sunday, 06 Nov 1994 08:49:37 GMT",
      "Sundays, 06-Nov-94 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
  };
  for (const std::string_view text : texts) {
    EXPECT_FALSE(parse_http_date(text, at(year_2024)).has_value()) << text;
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
