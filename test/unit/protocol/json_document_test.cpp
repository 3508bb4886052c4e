#include "protocol/json.hpp"
#include "support/allocation_count.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What JSON is and what is not, for this class and for `is_json`, is tested in
// json_syntax_test.cpp.

namespace broadcast_hub::protocol {
namespace {

using namespace std::string_view_literals;

using value_kind = json_document::kind;

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

/// An array of so many numbers.
std::string numbers(std::size_t count) {
  std::string text = "[1";
  text += repeated(",1", count - 1);
  return text + "]";
}

std::string name_of(value_kind what) {
  switch (what) {
    case value_kind::object:
      return "object";
    case value_kind::array:
      return "array";
    case value_kind::key:
      return "key";
    case value_kind::string:
      return "string";
    case value_kind::number:
      return "number";
    case value_kind::boolean:
      return "boolean";
    case value_kind::null:
      return "null";
  }
  return "?";
}

/// For example `object {"a":1} 3; key "a" 2; number 1 3`: each value as it stands in the text, and
/// the index of what follows it.
std::string list_of(const json_document& document) {
  std::string list;
  for (const json_document::value& one : document.values()) {
    list += list.empty() ? "" : "; ";
    list += name_of(one.what) + " " + std::string(document.source(one)) + " " +
            std::to_string(one.next);
  }
  return list;
}

std::string parsed(std::string_view text) {
  json_document document;
  const std::string wrong = document.parse(text);
  return wrong.empty() ? list_of(document) : wrong;
}

TEST(JsonDocumentTest, EveryValueIsListedWithItsPlace) {
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {"1", "number 1 1"},
      {" -0.5e+10\n", "number -0.5e+10 1"},
      {"\"\"", "string \"\" 1"},
      {"\t\"a\\\"b\"", "string \"a\\\"b\" 1"},
      {"true", "boolean true 1"},
      {" false ", "boolean false 1"},
      {"null", "null null 1"},
      {"{}", "object {} 1"},
      {" { } ", "object { } 1"},
      {"[]", "array [] 1"},
      {"[ [ ] , [ 1 ] ]", "array [ [ ] , [ 1 ] ] 4; array [ ] 2; array [ 1 ] 4; number 1 4"},
      {"{\"a\":1}", "object {\"a\":1} 3; key \"a\" 2; number 1 3"},
      {"{ \"a\" : { \"b\" : null } , \"c\" : [ \"d\" ] }",
       "object { \"a\" : { \"b\" : null } , \"c\" : [ \"d\" ] } 8; "
       "key \"a\" 2; object { \"b\" : null } 5; key \"b\" 4; null null 5; "
       "key \"c\" 6; array [ \"d\" ] 8; string \"d\" 8"},
      {"[\",:\",\":\"]", "array [\",:\",\":\"] 3; string \",:\" 2; string \":\" 3"},
  };
  for (const auto& [text, expected] : texts)
    EXPECT_EQ(parsed(text), expected) << text;
}

TEST(JsonDocumentTest, StringsAreToldWithoutTheirEscapes) {
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u20ac\ud83d\ude00")", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
      {R"("\u0000a")", "\0a"sv},
      {R"("\\ud800\\\ud83d\ude00\\")", "\\ud800\\\xf0\x9f\x98\x80\\"},
      {R"("\ud7ff\ue000\uffff")", "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"},
      {"\"\xed\x9f\xbf\xf4\x8f\xbf\xbf\x7f\"", "\xed\x9f\xbf\xf4\x8f\xbf\xbf\x7f"},
  };
  json_document document;
  for (const auto& [text, expected] : texts) {
    ASSERT_EQ(document.parse(text), "") << text;
    EXPECT_EQ(document.text_of(document.values().front()), expected) << text;
  }
}

TEST(JsonDocumentTest, TextsOfKeysAndStringsStandApart) {
  json_document document;
  ASSERT_EQ(document.parse(R"({"a":"bc","":["","d\u0000e"]})"), "");
  std::string texts;
  for (const json_document::value& one : document.values()) {
    if (one.what == value_kind::key || one.what == value_kind::string)
      texts += "<" + std::string(document.text_of(one)) + ">";
  }
  EXPECT_EQ(texts, "<a><bc><><><d\0e>"sv);
}

TEST(JsonDocumentTest, MembersAndElementsArePassedOver) {
  json_document document;
  ASSERT_EQ(document.parse(R"({"a":{"x":[1,2]},"b":[[3],{"y":4},5],"c":6})"), "");
  std::string seen;
  const auto& root = document.values().front();
  EXPECT_TRUE(document.each_member(root, [&](const auto& key, const auto& value) {
    seen += std::string(document.text_of(key)) + "=" + std::string(document.source(value)) + " ";
    if (value.what == value_kind::array) {
      EXPECT_TRUE(document.each_element(value, [&](const auto& element) {
        seen += "<" + std::string(document.source(element)) + "> ";
        return true;
      }));
    }
    return true;
  }));
  EXPECT_EQ(seen, R"(a={"x":[1,2]} b=[[3],{"y":4},5] <[3]> <{"y":4}> <5> c=6 )");
}

TEST(JsonDocumentTest, ALookEndsWhereItIsToldTo) {
  json_document document;
  ASSERT_EQ(document.parse(R"({"a":[1,2,3],"b":4})"), "");
  int calls = 0;
  const auto once = [&](const auto&...) { return ++calls < 1; };
  EXPECT_FALSE(document.each_member(document.values()[0], once));
  EXPECT_EQ(calls, 1);
  calls = 0;
  EXPECT_FALSE(document.each_element(document.values()[2], once));
  EXPECT_EQ(calls, 1);
}

TEST(JsonDocumentTest, FaultsAreNamedWithTheirPlace) {
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {"", "there is no value, at byte 0"},
      {" \n", "there is no value, at byte 2"},
      {"{} {}", "something follows the value, at byte 3"},
      {"{}\0"sv, "something follows the value, at byte 2"},
      {"{}\0{}"sv, "something follows the value, at byte 2"},
      {"[1,]", "this is no value, at byte 3"},
      {"[tru]", "this is no value, at byte 4"},
      {"{1:2}", "the name of a member must stand here, at byte 1"},
      {"{\"a\":1,}", "the name of a member must stand here, at byte 7"},
      {"{\"a\" 1}", "a colon must stand here, at byte 5"},
      {"{\"a\":1 2}", "a comma or } must stand here, at byte 7"},
      {"[1 2]", "a comma or ] must stand here, at byte 3"},
      {R"(["\u00g0"])", R"(\u without four hexadecimal digits, at byte 2)"},
      {R"(["\u00)", R"(\u without four hexadecimal digits, at byte 2)"},
      {R"(["\x41"])", "an escape that there is not, at byte 2"},
      {"[\"\n\"]", "a control character in a string, at byte 2"},
      {"[\"a", "a string that does not end, at byte 3"},
      {"[\"a\\", "a string that does not end, at byte 3"},
      {"[\"a\0\"]"sv, "a control character in a string, at byte 3"},
      {"[1e309]", "a number that is too large, at byte 1"},
      {"[1.]", "a decimal point without a digit behind it, at byte 3"},
      {"[1e]", "an exponent without a digit, at byte 3"},
  };
  for (const auto& [text, expected] : texts)
    EXPECT_EQ(parsed(text), expected) << text;
}

TEST(JsonDocumentTest, ValuesInFrontOfAFaultAreThere) {
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {"", ""},
      {"{", "object { 1"},
      {"{\"a\"", "object {\"a\" 2; key \"a\" 2"},
      {"{\"a\":tru", "object {\"a\":tru 2; key \"a\" 2"},
      {"{\"a\":1,\"b\":[2",
       "object {\"a\":1,\"b\":[2 6; key \"a\" 2; number 1 3; "
       "key \"b\" 4; array [2 6; number 2 6"},
  };
  json_document document;
  for (const auto& [text, expected] : texts) {
    EXPECT_NE(document.parse(text), "") << text;
    EXPECT_EQ(list_of(document), expected) << text;
  }
}

TEST(JsonDocumentTest, HalvesOfSurrogatePairsAreTold) {
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {R"("\ud800")", "\xef\xbf\xbd"},
      {R"("a\udc00b")",
       "a\xef\xbf\xbd"
       "b"},
      {R"("\ud83d\n\ude00")", "\xef\xbf\xbd\n\xef\xbf\xbd"},
      {R"("\ud800\ud83d\ude00")", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
      {R"("\ude00\ud83d")", "\xef\xbf\xbd\xef\xbf\xbd"},
      {R"("\ud83d\u0041")",
       "\xef\xbf\xbd"
       "A"},
  };
  json_document document;
  for (const auto& [text, expected] : texts) {
    ASSERT_EQ(document.parse(text), "") << text;
    EXPECT_TRUE(document.values().front().has_half) << text;
    EXPECT_EQ(document.text_of(document.values().front()), expected) << text;
  }
  ASSERT_EQ(document.parse(R"({"a":"\ud83d\ude00","b":["\ud83d"],"\ude00":1})"), "");
  ASSERT_NE(document.first_half(), nullptr);
  EXPECT_EQ(document.source(*document.first_half()), R"("\ud83d")");
  ASSERT_EQ(document.parse("{}"), "");
  EXPECT_EQ(document.first_half(), nullptr);
}

TEST(JsonDocumentTest, PayloadsAreOneValue) {
  json_document document{"d", "msg"};
  ASSERT_EQ(document.parse(R"({"d":[{"d":1e999},"\ud800"],"\u006dsg":"\ud800","x":{"d":[1]}})"),
            "");
  EXPECT_EQ(list_of(document),
            "object " + std::string(document.source(document.values().front())) +
                R"( 10; key "d" 2; array [{"d":1e999},"\ud800"] 3; )"
                R"(key "\u006dsg" 4; string "\ud800" 5; )"
                R"(key "x" 6; object {"d":[1]} 10; key "d" 8; array [1] 10; number 1 10)");
  EXPECT_EQ(document.values()[2].depth, 2U);
  EXPECT_EQ(document.values()[4].depth, 0U);
  EXPECT_EQ(document.first_half(), nullptr);
  // What follows them is not part of them.
  for (const std::string_view text : {R"({"d":[1]5})"sv, R"({"d":[1].5})"sv, R"({"d":1"x"})"sv,
                                      R"({"d":"""":1})"sv, R"({"d":{}{}})"sv, R"({"d":"x":1})"sv})
    EXPECT_EQ(document.parse(text).substr(0, 26), "a comma or } must stand he") << text;
  for (const std::string_view text : {R"({"d")"sv, R"({"d":)"sv, R"({"d": ,"x":1})"sv,
                                      R"({"d" 1})"sv, R"({"d":1)"sv, R"({"d":"\ud800)"sv}) {
    EXPECT_NE(document.parse(text), "") << text;
    for (const json_document::value& one : document.values())
      EXPECT_LE(document.source(one).size(), text.size()) << text;
  }
  // Not what is elsewhere, or what only looks alike.
  for (const std::string_view text :
       {R"([{"d":1e999}])"sv, R"({"D":1e999})"sv, R"({"x":{"d":1e999}})"sv,
        R"({"d":1,"x":1e999})"sv, R"({"d":[],"x":1e999})"sv})
    EXPECT_EQ(document.parse(text).substr(0, 26), "a number that is too large") << text;
}

TEST(JsonDocumentTest, PayloadsHaveNoLimits) {
  json_document document{"d"};
  for (const std::size_t depth : {1U, 63U, 64U, 65U, 129U, 100'000U}) {
    const std::string deep = repeated("[", depth) + repeated("]", depth);
    const std::string text = "{\"d\":" + deep + ",\"id\":7}";
    ASSERT_EQ(document.parse(text), "") << depth;
    EXPECT_EQ(document.values()[2].depth, depth);
    EXPECT_EQ(document.source(document.values()[4]), "7");
    EXPECT_NE(document.parse("{\"d\":" + deep.substr(1)), "") << depth;
  }
  EXPECT_EQ(document.parse("{\"d\":" + numbers(100'000) + "}"), "");
  EXPECT_EQ(document.values().size(), 3U);
  EXPECT_NE(document.parse("{\"d\":" + repeated("[{\"a\":", 100'000)), "");
  EXPECT_EQ(document.values().size(), 3U);
}

TEST(JsonDocumentTest, PayloadsOfOneNameMayStandAtSeveralDepths) {
  json_document document({"d", {"d", 3}}, 6);
  ASSERT_EQ(document.parse(R"({"d":[1,1,1],"x":[{"d":[2,2,2]}]})"), "");
  EXPECT_EQ(document.values().size(), 8U);  // with the three names
  EXPECT_EQ(document.source(document.values()[7]), "[2,2,2]");
  EXPECT_EQ(document.parse(R"({"x":{"d":[1,1,1,1]}})"), "more than 6 values, at byte 17");
}

TEST(JsonDocumentTest, AMemberWithoutAValueIsNotTold) {
  json_document document;
  EXPECT_NE(document.parse("{\"a\":1,\"b\":"), "");
  std::string seen;
  document.each_member(document.values().front(), [&](const auto& key, const auto&) {
    seen += document.text_of(key);
    return true;
  });
  EXPECT_EQ(seen, "a");
}

TEST(JsonDocumentTest, DepthHasALimit) {
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    const auto nested = [&open = open, &close = close](std::size_t depth) {
      return repeated(open, depth - 1) + "[]" + repeated(close, depth - 1);
    };
    json_document document;
    EXPECT_EQ(document.parse(nested(json_document::max_depth)), "");
    EXPECT_EQ(document.parse(nested(json_document::max_depth + 1)).substr(0, 33),
              "more than 32 values in one anothe");
    EXPECT_EQ(document.values().size(), json_document::max_depth * (open[0] == '[' ? 1 : 2));
    // What is only opened, and by far too often
    EXPECT_EQ(document.parse(repeated(open, 100'000)).substr(0, 12), "more than 32");
  }
}

TEST(JsonDocumentTest, ValuesBesideOneAnotherAreNotDeep) {
  EXPECT_EQ(parsed("[" + repeated("[[]],", 1000) + "1]").substr(0, 5), "array");
}

TEST(JsonDocumentTest, TheNumberOfValuesHasALimit) {
  json_document document;
  EXPECT_EQ(document.parse(numbers(json_document::max_values - 1)), "");
  EXPECT_EQ(document.values().size(), json_document::max_values);
  EXPECT_EQ(document.parse(numbers(json_document::max_values)),
            "more than 10000 values, at byte 19999");
  EXPECT_EQ(document.parse(numbers(1'000'000)).substr(0, 22), "more than 10000 values");
}

TEST(JsonDocumentTest, NamesOfMembersAreNoValues) {
  const auto object = [](std::size_t members) {
    return "{" + repeated("\"a\":1,", members - 1) + "\"a\":1}";
  };
  json_document document;
  EXPECT_EQ(document.parse(object(json_document::max_values - 1)), "");
  EXPECT_EQ(document.parse(object(json_document::max_values)).substr(0, 22),
            "more than 10000 values");
}

TEST(JsonDocumentTest, ADocumentCanBeUsedAgain) {
  json_document document;
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(document.parse("[\"" + std::string(10'000, 'x') + "\",1]"), "");
    EXPECT_EQ(document.text_of(document.values()[1]), std::string(10'000, 'x'));
    EXPECT_NE(document.parse("[[["), "");
    EXPECT_EQ(document.parse("{\"a\":\"b\"}"), "");
    EXPECT_EQ(list_of(document), "object {\"a\":\"b\"} 3; key \"a\" 2; string \"b\" 3");
    EXPECT_EQ(document.text_of(document.values()[2]), "b");
  }
}

TEST(JsonDocumentTest, AnotherTextOfThatSizeNeedsNoMemory) {
  json_document document;
  const std::string text = R"({"a":[1,2,3],"b":")" + std::string(1000, 'x') + "\"}";
  ASSERT_EQ(document.parse(text), "");
  const auto before = test::allocation_count();
  const bool read = document.parse(text).empty();
  EXPECT_EQ(test::allocation_count(), before);
  EXPECT_TRUE(read);
}

/// Lets each allocation of `work` fail once; returns how many there were.
template <typename Work>
unsigned fail_each_allocation(Work work) {
  for (unsigned left = 0;; ++left) {
    test::scarce_memory memory{left, 1};
    bool failed = false;
    try {
      const test::with_scarce_memory scarce(memory);
      work();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    if (!failed)
      return left;
  }
}

TEST(JsonDocumentTest, WithoutMemoryItThrowsAndGoesOnLater) {
  const std::string text = R"({"a":[1,[2],{}],"b":")" + std::string(5000, 'x') + "\"}";
  EXPECT_GT(fail_each_allocation([&] {
              json_document document;
              document.parse(text);
            }),
            5U);
  json_document document;
  fail_each_allocation([&] { document.parse(text); });
  EXPECT_EQ(document.parse(text), "");
  EXPECT_EQ(document.text_of(document.values().back()).size(), 5000U);
}

TEST(IsJsonTest, WithoutMemoryItThrows) {
  const std::string nested = repeated("[", 5000) + repeated("]", 5000);
  EXPECT_GT(fail_each_allocation([&] { is_json(nested); }), 3U);
}

}  // namespace
}  // namespace broadcast_hub::protocol
