#include "http/static_files.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace broadcast_hub::http {
namespace {

using test::temporary_folder;

constexpr const char* secret = "TOP-SECRET";

struct hostile_path {
  std::string path;
  int status;
};

std::vector<hostile_path> hostile_paths(const temporary_folder& outside) {
  using namespace std::string_literals;
  return {
      // Upwards, plain.
      {"/..", 404},
      {"/../", 404},
      {"/../secret.txt", 404},
      {"/../../../../../../../../etc/passwd", 404},
      {"/sub/../../secret.txt", 404},
      {"/sub/../index.html", 404},
      {"/./../secret.txt", 404},
      {"/.../secret.txt", 404},
      {"/....//secret.txt", 404},
      {"/..;/secret.txt", 404},
      {"/sub/..", 404},
      {"../secret.txt", 400},
      {"..", 400},
      // Upwards, encoded, once and more than once.
      {"/%2e%2e/secret.txt", 404},
      {"/%2E%2E/secret.txt", 404},
      {"/.%2e/secret.txt", 404},
      {"/%2e./secret.txt", 404},
      {"/..%2fsecret.txt", 404},
      {"/..%2Fsecret.txt", 404},
      {"/%2e%2e%2fsecret.txt", 404},
      {"/sub%2f..%2f..%2fsecret.txt", 404},
      {"/sub%2fpage.html", 404},
      {"/%252e%252e/secret.txt", 404},
      {"/%252e%252e%252fsecret.txt", 404},
      {"/%25252e%25252e/secret.txt", 404},
      // Overlong and otherwise wrong UTF-8.
      {"/%c0%ae%c0%ae/secret.txt", 404},
      {"/%c0%ae%c0%ae%c0%afsecret.txt", 404},
      {"/%e0%80%ae%e0%80%ae/secret.txt", 404},
      {"/%ef%bc%8e%ef%bc%8e/secret.txt", 404},
      {"/%uff0e%uff0e/secret.txt", 400},
      // Backslashes.
      {"/..\\secret.txt", 404},
      {"\\..\\secret.txt", 400},
      {"/..%5csecret.txt", 404},
      {"/..%5Csecret.txt", 404},
      {"/sub\\..\\..\\secret.txt", 404},
      {"/%5c..%5csecret.txt", 404},
      // Absolute names, other hosts, empty segments.
      {"//etc/passwd", 404},
      {"/" + outside.path("secret.txt"), 404},
      {"/%2fetc%2fpasswd", 404},
      {"///", 404},
      {"//sub", 404},
      {"//evil.example/..", 404},
      {"/sub//page.html", 404},
      {"/\\evil.example", 404},
      {"/%5cevil.example/%2e%2e", 404},
      {"http://localhost/../secret.txt", 404},
      {"http://localhost/%2e%2e/secret.txt", 404},
      {"http://localhost//secret.txt", 404},
      {"file:///etc/passwd", 400},
      {"/file:/etc/passwd", 404},
      {"/C:/secret.txt", 404},
      {"/C:%5csecret.txt", 404},
      {"/index.html::$DATA", 404},
      {"/~root/", 404},
      // Zero bytes, control characters, broken escapes.
      {"/index.html%00", 400},
      {"/..%00/secret.txt", 400},
      {"/index.html%00.png", 400},
      {"/index.html\0"s, 400},
      {"/\0/../secret.txt"s, 400},
      {"/index.html%0a", 400},
      {"/%0d%0aSet-Cookie:%20a=b", 400},
      {"/sub%0d%0aX:%20y", 400},
      {"/%1b[31m", 400},
      {"/%7f", 400},
      {"/%", 400},
      {"/%2", 400},
      {"/%2/", 400},
      {"/%%32%65%%32%65/secret.txt", 400},
      {"/%zz/../secret.txt", 400},
      {"", 400},
      {"*", 400},
      // Hidden names.
      {"/.", 404},
      {"/.env", 404},
      {"/%2eenv", 404},
      {"/.git/config", 404},
      {"/sub/.hidden.html", 404},
      {"/.hidden/", 404},
      {"/.hidden/index.html", 404},
      // Links that lead out.
      {"/out_file", 404},
      {"/out_folder", 404},
      {"/out_folder/", 404},
      {"/out_folder/secret.txt", 404},
      {"/out_absolute", 404},
      {"/out_sibling/secret.txt", 404},
      {"/out_chain", 404},
      {"/sub/out_deep", 404},
      {"/out_index/", 404},
      {"/process/etc/passwd", 404},
      // What is there, but not as a file of this name.
      {"/index.html/", 404},
      {"/index.html/x", 404},
      {"/index.html%20", 404},
      {"/index.html.", 404},
      {"/INDEX.HTML", 404},
      {"/index.html%3Fx", 404},
      {"/" + std::string(300, 'a'), 404},
      {"/" + std::string(6000, 'a'), 404},
  };
}

class PathEscapeTest : public testing::Test {
 protected:
  PathEscapeTest() {
    outside_.write("secret.txt", secret);
    outside_.write("index.html", secret);
    outside_.write("website/secret.txt", secret);
    outside_.write("web/index.html", "page");
    outside_.write("web/sub/page.html", "page");
    outside_.write("web/.env", secret);
    outside_.write("web/.git/config", secret);
    outside_.write("web/.hidden/index.html", secret);
    outside_.write("web/sub/.hidden.html", secret);
    outside_.make_folder("web/out_index");
    outside_.link("web/out_file", "../secret.txt");
    outside_.link("web/out_folder", "..");
    outside_.link("web/out_absolute", outside_.path("secret.txt"));
    outside_.link("web/out_sibling", "../website");
    outside_.link("web/out_chain", "out_file");
    outside_.link("web/sub/out_deep", "../../secret.txt");
    outside_.link("web/out_index/index.html", "../../secret.txt");
    outside_.link("web/process", "/proc/self/root");
  }

  temporary_folder outside_;
};

TEST_F(PathEscapeTest, NothingOutsideOrHiddenIsServed) {
  const static_files files(outside_.path("web"));
  for (const auto& [path, status] : hostile_paths(outside_)) {
    for (const char* method : {"GET", "HEAD"}) {
      wire::request request;
      request.method = method;
      request.path = path;
      const wire::response response = files.serve(request);
      EXPECT_EQ(response.status, status) << method << " " << path;
      ASSERT_NE(response.body, nullptr) << path;
      EXPECT_EQ(response.body->find(secret), std::string::npos) << path;
      EXPECT_EQ(response.body->find(outside_.path()), std::string::npos) << path;
    }
  }
}

TEST_F(PathEscapeTest, NoHeaderCarriesALineBreakOrAnotherHost) {
  outside_.make_folder("web/line\r\nbreak");
  outside_.make_folder("web/host:80");
  outside_.make_folder("web/@host");
  const static_files files(outside_.path("web"));
  const std::vector<std::string> queries = {"", "//evil.example", "a=b\r\nX: y", "a b", "a\x7f"};
  auto hostile = hostile_paths(outside_);
  for (const char* path : {"/sub", "/host:80", "/@host", "/%68ost:80", "/line%0d%0abreak",
                           "http://evil.example/sub", "http://evil.example\\@x/sub"}) {
    hostile.push_back({path, 0});
  }
  int redirections = 0;
  for (const hostile_path& tried : hostile) {
    for (const std::string& query : queries) {
      wire::request request;
      request.method = "GET";
      request.path = tried.path;
      request.query = query;
      const wire::response response = files.serve(request);
      for (const auto& [name, value] : response.headers) {
        EXPECT_TRUE(
            std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < '\x7f'; }))
            << tried.path << " gave " << name << ": " << value;
        if (name == "Location") {
          ++redirections;
          EXPECT_EQ(value.substr(0, 1), "/") << value;
          EXPECT_NE(value.substr(0, 2), "//") << value;
          EXPECT_EQ(value.find('\\'), std::string::npos) << value;
        }
      }
    }
  }
  EXPECT_EQ(redirections, 6 * static_cast<int>(queries.size()));
}

}  // namespace
}  // namespace broadcast_hub::http
