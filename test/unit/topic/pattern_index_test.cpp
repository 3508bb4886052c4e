#include "topic/pattern_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace broadcast_hub::topic {
namespace {

std::vector<int> found(const pattern_index<int>& index, std::string_view name) {
  std::vector<int> values;
  index.for_each_match(name, [&](int value) { values.push_back(value); });
  std::sort(values.begin(), values.end());
  return values;
}

TEST(PatternIndexTest, FindsEveryPatternThatMatches) {
  pattern_index<int> index;
  index.insert("a.*", 1);
  index.insert("a.b", 2);
  index.insert(">", 3);
  index.insert("a.>", 4);
  index.insert("*.b", 5);
  index.insert("a.*.c", 6);
  EXPECT_EQ(found(index, "a.b"), (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(found(index, "a.b.c"), (std::vector<int>{3, 4, 6}));
  EXPECT_EQ(found(index, "x"), (std::vector<int>{3}));
}

TEST(PatternIndexTest, OnePatternMayHaveSeveralValues) {
  pattern_index<int> index;
  index.insert("a.*", 1);
  index.insert("a.*", 2);
  index.erase("a.*", 1);
  EXPECT_EQ(found(index, "a.b"), (std::vector<int>{2}));
}

TEST(PatternIndexTest, ErasingLeavesNothingBehind) {
  pattern_index<int> index;
  index.insert("a.b.*.>", 1);
  index.insert("a.b", 2);
  index.erase("a.b.*.>", 7);  // not there
  index.erase("x.y", 1);      // neither
  index.erase("a.b.*.>", 1);
  EXPECT_EQ(found(index, "a.b"), (std::vector<int>{2}));
  EXPECT_EQ(found(index, "a.b.c.d"), (std::vector<int>{}));
  index.erase("a.b", 2);
  EXPECT_TRUE(index.empty());
}

TEST(PatternIndexTest, AgreesWithComparingOneByOne) {
  std::mt19937 random(1);
  const auto token = [&](bool wild) {
    const char* const tokens[] = {"a", "b", "c", "*"};
    return std::string(tokens[random() % (wild ? 4 : 3)]);
  };
  std::vector<std::string> patterns;
  pattern_index<int> index;
  for (int i = 0; i < 300; ++i) {
    std::string pattern = token(true);
    for (auto more = random() % 3; more > 0; --more)
      pattern += "." + token(true);
    if (random() % 4 == 0)
      pattern += ".>";
    index.insert(pattern, i);
    patterns.push_back(pattern);
  }
  for (int i = 0; i < 300; ++i) {
    std::string name = token(false);
    for (auto more = random() % 4; more > 0; --more)
      name += "." + token(false);
    std::vector<int> expected;
    for (std::size_t p = 0; p < patterns.size(); ++p) {
      if (matches(patterns[p], name))
        expected.push_back(static_cast<int>(p));
    }
    ASSERT_EQ(found(index, name), expected) << name;
  }
}

}  // namespace
}  // namespace broadcast_hub::topic
