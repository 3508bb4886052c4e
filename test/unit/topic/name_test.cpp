#include "topic/name.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

enum class sort { name, pattern, neither };

struct text_case {
  std::string text;
  sort what;
};

class NameTest : public testing::TestWithParam<text_case> {};

TEST_P(NameTest, IsANameAPatternOrNeither) {
  EXPECT_EQ(is_valid_name(GetParam().text), GetParam().what == sort::name);
  EXPECT_EQ(is_valid_pattern(GetParam().text), GetParam().what == sort::pattern);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, NameTest,
    testing::Values(text_case{"default", sort::name}, text_case{"a", sort::name},
                    text_case{"orders.eu.42", sort::name}, text_case{"!~", sort::name},
                    text_case{std::string(255, 'x'), sort::name}, text_case{"*", sort::pattern},
                    text_case{">", sort::pattern}, text_case{"a.*", sort::pattern},
                    text_case{"*.b", sort::pattern}, text_case{"a.*.c", sort::pattern},
                    text_case{"a.>", sort::pattern}, text_case{"*.>", sort::pattern},
                    text_case{"", sort::neither}, text_case{".", sort::neither},
                    text_case{"a.", sort::neither}, text_case{".a", sort::neither},
                    text_case{"a..b", sort::neither}, text_case{"a b", sort::neither},
                    text_case{"a\n", sort::neither}, text_case{"a\x7f", sort::neither},
                    text_case{"\xc3\xa9", sort::neither}, text_case{"a*", sort::neither},
                    text_case{"a.*b", sort::neither}, text_case{">.a", sort::neither},
                    text_case{"a.>.b", sort::neither}, text_case{"a>", sort::neither},
                    text_case{"**", sort::neither}, text_case{std::string(256, 'x'), sort::neither},
                    text_case{"a.*.", sort::neither}));

struct match_case {
  const char* pattern;
  const char* name;
  bool matches;
};

class MatchTest : public testing::TestWithParam<match_case> {};

TEST_P(MatchTest, ComparesTokenByToken) {
  EXPECT_EQ(matches(GetParam().pattern, GetParam().name), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    Pairs, MatchTest,
    testing::Values(match_case{"a", "a", true}, match_case{"a", "b", false},
                    match_case{"a.b", "a.b", true}, match_case{"a.b", "a", false},
                    match_case{"a", "a.b", false}, match_case{"*", "a", true},
                    match_case{"*", "a.b", false}, match_case{"a.*", "a.b", true},
                    match_case{"a.*", "a", false}, match_case{"a.*", "a.b.c", false},
                    match_case{"*.b", "a.b", true}, match_case{"*.b", "a.c", false},
                    match_case{"a.*.c", "a.b.c", true}, match_case{"a.>", "a.b", true},
                    match_case{"a.>", "a.b.c.d", true}, match_case{"a.>", "a", false},
                    match_case{">", "a", true}, match_case{">", "a.b", true},
                    match_case{"*.>", "a", false}, match_case{"*.>", "a.b", true}));

// Against all names of up to four tokens of two letters: three letters would tell nothing more.
TEST(PatternsTest, CoverAndOverlapByWhatTheyMatch) {
  std::vector<std::string> names{"a", "b"};
  for (std::size_t i = 0; names[i].size() < 7; ++i) {
    for (const char* token : {".a", ".b"})
      names.push_back(names[i] + token);
  }
  const std::vector<std::string> patterns{"a",     "b",     "a.b",   "a.b.a", "*",     ">",
                                          "a.*",   "*.a",   "*.*",   "a.>",   "b.>",   "*.>",
                                          "*.a.>", "a.*.>", "*.*.>", "a.*.b", "*.b.*", "*.*.a"};
  for (const std::string& one : patterns) {
    for (const std::string& other : patterns) {
      bool all = true;
      bool any = false;
      for (const std::string& name : names) {
        all = all && (matches(one, name) || !matches(other, name));
        any = any || (matches(one, name) && matches(other, name));
      }
      EXPECT_EQ(covers(one, other), all) << one << " covers " << other;
      EXPECT_EQ(overlap(one, other), any) << one << " and " << other;
    }
  }
}

TEST(TokenTest, ANameFallsApartAtItsDots) {
  std::string_view rest = "a.bc.d";
  std::vector<std::string_view> tokens;
  while (!rest.empty())
    tokens.push_back(next_token(rest));
  EXPECT_EQ(tokens, (std::vector<std::string_view>{"a", "bc", "d"}));
}

}  // namespace
}  // namespace broadcast_hub::topic
