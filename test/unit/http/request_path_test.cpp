#include "http/request_path.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::http {
namespace {

struct good_path {
  std::string_view path;
  std::string_view relative;
  bool names_folder;
};

TEST(RequestPathTest, DecodesWhatIsServed) {
  const std::vector<good_path> cases = {
      {"/", "", true},
      {"/a", "a", false},
      {"/a/", "a", true},
      {"/a/b.txt", "a/b.txt", false},
      {"/a/b/", "a/b", true},
      {"/a%20b", "a b", false},
      {"/%41%4a%4A", "AJJ", false},
      {"/a+b", "a+b", false},
      {"/%25", "%", false},
      {"/%252e%252e", "%2e%2e", false},
      {"/a%3Fb%23c", "a?b#c", false},
      {"/%E2%82%AC", "\xE2\x82\xAC", false},
      {"/a.b..c", "a.b..c", false},
      {"/a./b", "a./b", false},
      {"http://localhost:8080/a/b", "a/b", false},
      {"HTTPS://localhost/a/", "a", true},
      {"http://localhost", "", true},
      {"http://localhost/", "", true},
  };
  for (const auto& [path, relative, names_folder] : cases) {
    const request_path found = parse_request_path(path);
    EXPECT_EQ(found.status, 200) << path;
    EXPECT_EQ(found.relative, relative) << path;
    EXPECT_EQ(found.names_folder, names_folder) << path;
  }
}

TEST(RequestPathTest, CallsMalformedPathsMalformed) {
  using namespace std::string_view_literals;
  const std::vector<std::string_view> paths = {
      "",
      "a",
      "*",
      "a/b",
      "ftp://localhost/a",
      "localhost:80",
      "/%",
      "/a%",
      "/%4",
      "/%4/a",
      "/%zz",
      "/%g0",
      "/%0g",
      "/% 41",
      "/%+1",
      "/%-1",
      "/%0x41",
      "/%00",
      "/a%00b",
      "/a\0b"sv,
      "/%0a",
      "/%0D%0Ax",
      "/%1f",
      "/%7F",
      "/a\tb",
      "/a\x7f",
      "/ok/%zz/ok",
      "/.hidden/%0",
      "/../%00",
  };
  for (const std::string_view path : paths) {
    EXPECT_EQ(parse_request_path(path).status, 400) << path;
  }
}

TEST(RequestPathTest, NeverServesHiddenEmptyOrAmbiguousNames) {
  const std::vector<std::string_view> paths = {
      "//",
      "/a//b",
      "//a",
      "/a//",
      "/.",
      "/..",
      "/./a",
      "/a/../b",
      "/a/.",
      "/a/..",
      "/.git",
      "/a/.env",
      "/.git/a",
      "/...",
      "/%2e%2e/a",
      "/%2Egit",
      "/a%2fb",
      "/..%2fa",
      "/%2F",
      "/a\\b",
      "/a%5cb",
      "/..\\a",
      "/%5C%5Cshare",
      "/\\\\host",
      "http://localhost//evil",
      "http://localhost/../a",
  };
  for (const std::string_view path : paths) {
    EXPECT_EQ(parse_request_path(path).status, 404) << path;
  }
}

TEST(RequestPathTest, WhatItEncodesDecodesToTheSame) {
  std::string every_byte;
  for (int code = 0x20; code < 0x100; ++code) {
    const char c = static_cast<char>(code);
    if (c != '/' && c != '\\' && code != 0x7f) {
      every_byte += c;
    }
  }
  const std::string relative = "a/x" + every_byte + "/b";
  const std::string encoded = encode_path(relative);
  EXPECT_EQ(encoded.find_first_of(" %?#\"<>\\^`{|}", 0), encoded.find('%'));
  EXPECT_EQ(parse_request_path(encoded).status, 200);
  EXPECT_EQ(parse_request_path(encoded).relative, relative);
}

TEST(RequestPathTest, EncodesWhatEndsAPathOrConfusesBrowsers) {
  EXPECT_EQ(encode_path("a/b"), "/a/b");
  EXPECT_EQ(encode_path("a b?c#d%e\\f\r\n"), "/a%20b%3Fc%23d%25e%5Cf%0D%0A");
  EXPECT_EQ(encode_path("\xE2\x82\xAC"), "/%E2%82%AC");
}

}  // namespace
}  // namespace broadcast_hub::http
