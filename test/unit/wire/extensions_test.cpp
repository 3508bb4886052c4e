#include "wire/extensions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::wire {
namespace {

/// For example "a; b; c=1, d"; "malformed" when it is.
std::string read(std::string_view header) {
  const auto list = parse_extensions(header);
  if (!list)
    return "malformed";
  std::string text;
  for (const extension& one : *list) {
    text += text.empty() ? "" : ", ";
    text += one.name;
    for (const extension::parameter& parameter : one.parameters) {
      text += "; ";
      text += parameter.name;
      text += parameter.value ? "=" + *parameter.value : "";
    }
  }
  return text;
}

TEST(ExtensionsTest, ElementsAndParametersAreRead) {
  const std::vector<std::pair<std::string_view, std::string_view>> headers{
      {"", ""},
      {"foo", "foo"},
      {"foo, bar; baz=2", "foo, bar; baz=2"},      // RFC 6455, section 9.1
      {"foo; bar; baz=\"2\"", "foo; bar; baz=2"},  // a quoted value is the same
      {"foo;bar;baz=2,x", "foo; bar; baz=2, x"},   // without blanks
      {" foo ;\tbar = 2 , x ", "foo; bar=2, x"},   // with more
      {"foo; bar=\"a\\b\\c\"", "foo; bar=abc"},    // escapes
      {"foo; bar; bar", "foo; bar; bar"},          // whoever reads it decides
      {",foo,,bar,", "foo, bar"},                  // empty elements
      {"x-webkit-deflate-frame", "x-webkit-deflate-frame"},
  };
  for (const auto& [header, expected] : headers) {
    EXPECT_EQ(read(header), expected) << header;
  }
}

TEST(ExtensionsTest, WhatDoesNotFollowTheGrammarIsMalformed) {
  for (const std::string_view header : {";",
                                        "foo;",
                                        "foo; ;bar",
                                        "=2",
                                        "foo=2",
                                        "foo; =2",
                                        "foo; bar=",
                                        "foo; bar=,x",
                                        "foo bar",
                                        "foo; bar baz",
                                        "foo; bar=1 2",
                                        "foo; bar=\"",
                                        "foo; bar=\"1",
                                        "foo; bar=\"1\\",
                                        "foo; bar=\"\"",
                                        "foo; bar=\"a b\"",
                                        "foo; bar=\"1\"2",
                                        "\"foo\"",
                                        "foo, bar;",
                                        "f(o)",
                                        "foo; b\x01r",
                                        "foo; bar=\x80"}) {
    EXPECT_EQ(read(header), "malformed") << header;
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
