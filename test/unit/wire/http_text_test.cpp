#include "wire/http_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::wire {
namespace {

TEST(HttpTextTest, TrimTakesSpacesAndTabsOffBothEnds) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(HttpTextTest, TokensConsistOfTheCharactersOfRfc9110) {
  const std::string_view punctuation = "!#$%&'*+-.^_`|~";
  for (int number = 0; number < 256; ++number) {
    const char c = static_cast<char>(number);
    const bool letter_or_digit =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool allowed = letter_or_digit || punctuation.find(c) != std::string_view::npos;
    EXPECT_EQ(is_token(std::string(1, c)), allowed) << number;
  }
  EXPECT_FALSE(is_token(""));
  EXPECT_TRUE(is_token("Sec-WebSocket-Key"));
}

TEST(HttpTextTest, ElementsOfAListComeOneByOne) {
  std::string_view list = "a, b ,,\tc d,";
  std::vector<std::string> elements;
  while (!list.empty()) {
    elements.emplace_back(next_element(list));
  }
  EXPECT_EQ(elements, (std::vector<std::string>{"a", "b", "", "c d"}));
}

TEST(HttpTextTest, HostsAreCutFromTheirPorts) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"localhost", "localhost"},
      {"localhost:8081", "localhost"},
      {"example.com:", "example.com"},
      {"127.0.0.1:80", "127.0.0.1"},
      {"[::1]", "[::1]"},
      {"[::1]:8081", "[::1]"},
      {"[fe80::1.2.3.4]", "[fe80::1.2.3.4]"},
      {"a_b-c.d", "a_b-c.d"},
  };
  for (const auto& [authority, host] : cases) {
    EXPECT_EQ(host_of(authority), host) << authority;
  }
}

TEST(HttpTextTest, MalformedHostsHaveNone) {
  for (const std::string_view authority :
       {"", ":80", "a:b", "a:80:81", "a b", "user@host", "a/b", "a?b", "a#b", "[::1", "[]",
        "[::1]x", "[::1]:x", "::1", "a\\b", "\x80", "[a@b]", "http://a"}) {
    EXPECT_FALSE(host_of(authority)) << authority;
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
