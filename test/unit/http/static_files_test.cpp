#include "http/static_files.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace broadcast_hub::http {
namespace {

using test::temporary_folder;

using header_list = std::vector<std::pair<std::string, std::string>>;

wire::request request_for(std::string path, header_list headers = {}) {
  wire::request request;
  request.method = "GET";
  request.target = path;
  request.path = std::move(path);
  request.headers = std::move(headers);
  return request;
}

std::map<std::string, std::string> headers_of(const wire::response& response) {
  std::map<std::string, std::string> headers(response.headers.begin(), response.headers.end());
  EXPECT_EQ(headers.size(), response.headers.size()) << "a header is there twice";
  return headers;
}

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    root_.write("index.html", "<p>home</p>");
    root_.write("app.js", "run()");
    root_.write("docs/index.html", "<p>docs</p>");
    root_.write("docs/a b?.txt", "odd name");
    root_.make_folder("empty");
    root_.set_modified("index.html", 784111777, 5);
  }

  std::string etag_of(const std::string& path) const {
    return headers_of(files_.serve(request_for(path)))["ETag"];
  }

  temporary_folder root_;
  static_files files_{root_.path()};
};

TEST_F(StaticFilesTest, ServesAFileWithItsHeaders) {
  const wire::response response = files_.serve(request_for("/index.html"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.body, "<p>home</p>");
  EXPECT_FALSE(response.close);
  auto headers = headers_of(response);
  EXPECT_EQ(headers.size(), 5u);
  EXPECT_EQ(headers["Content-Type"], "text/html; charset=utf-8");
  EXPECT_EQ(headers["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(headers["Cache-Control"], "no-cache");
  EXPECT_EQ(headers["Last-Modified"], "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(headers["ETag"].front(), '"');
  EXPECT_EQ(headers["ETag"].back(), '"');
}

TEST_F(StaticFilesTest, FindsFiles) {
  struct found {
    std::string path;
    std::string content;
    std::string type;
  };
  const std::string html = "text/html; charset=utf-8";
  root_.link("link.html", "docs/index.html");
  root_.link("manual", "docs");
  root_.write("empty.bin", "");
  const std::vector<found> cases = {
      {"/", "<p>home</p>", html},
      {"/app.js", "run()", "text/javascript; charset=utf-8"},
      {"/%61pp%2Ejs", "run()", "text/javascript; charset=utf-8"},
      {"/docs/", "<p>docs</p>", html},
      {"/docs/index.html", "<p>docs</p>", html},
      {"/docs/a%20b%3F.txt", "odd name", "text/plain; charset=utf-8"},
      {"/link.html", "<p>docs</p>", html},
      {"/manual/", "<p>docs</p>", html},
      {"/empty.bin", "", "application/octet-stream"},
      {"http://localhost:8080/app.js", "run()", "text/javascript; charset=utf-8"},
  };
  for (const auto& [path, content, type] : cases) {
    const wire::response response = files_.serve(request_for(path));
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(*response.body, content) << path;
    EXPECT_EQ(headers_of(response)["Content-Type"], type) << path;
  }
}

TEST_F(StaticFilesTest, IgnoresTheQuery) {
  wire::request request = request_for("/");
  request.query = "ws=8081&../..";
  EXPECT_EQ(*files_.serve(request).body, "<p>home</p>");
}

TEST_F(StaticFilesTest, AnswersHeadAsGetWithoutTheBody) {
  root_.write("large", "");
  std::filesystem::resize_file(root_.path("large"), static_files::max_file_bytes + 1);
  for (const char* path : {"/", "/app.js", "/docs", "/missing", "/%zz", "/large"}) {
    wire::request request = request_for(path);
    const wire::response get = files_.serve(request);
    request.method = "HEAD";
    const wire::response head = files_.serve(request);
    EXPECT_EQ(head.status, get.status) << path;
    EXPECT_EQ(head.headers, get.headers) << path;
    EXPECT_EQ(wire::serialize_head(head, true), wire::serialize_head(get, true)) << path;
  }
}

TEST_F(StaticFilesTest, RefusesOtherMethods) {
  for (const char* method :
       {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "Head", "GETS", ""}) {
    wire::request request = request_for("/index.html");
    request.method = method;
    const wire::response response = files_.serve(request);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(headers_of(response)["Allow"], "GET, HEAD") << method;
    EXPECT_EQ(response.body->find("home"), std::string::npos) << method;
  }
}

TEST_F(StaticFilesTest, SaysNotFound) {
  root_.make_folder("odd/index.html");
  ASSERT_EQ(::mkfifo(root_.path("pipe").c_str(), 0600), 0);
  for (const char* path : {"/missing", "/missing/", "/docs/missing.html", "/app.js/", "/empty/",
                           "/odd/", "/pipe", "/app.js/index.html"}) {
    const wire::response response = files_.serve(request_for(path));
    EXPECT_EQ(response.status, 404) << path;
    auto headers = headers_of(response);
    EXPECT_EQ(headers["Content-Type"], "text/plain; charset=utf-8") << path;
    EXPECT_EQ(headers["X-Content-Type-Options"], "nosniff") << path;
    EXPECT_EQ(headers.count("ETag"), 0u) << path;
  }
}

TEST_F(StaticFilesTest, SendsFoldersToTheirSlash) {
  root_.make_folder("a b?#%");
  const std::vector<std::array<std::string, 3>> cases = {
      {"/docs", "", "/docs/"},
      {"/docs", "ws=9000&x=%41", "/docs/?ws=9000&x=%41"},
      {"/docs", "with space", "/docs/"},
      {"/%64ocs", "", "/docs/"},
      {"/empty", "", "/empty/"},
      {"/a%20b%3f%23%25", "", "/a%20b%3F%23%25/"},
      {"http://evil.example/docs", "", "/docs/"},
  };
  for (const auto& [path, query, location] : cases) {
    wire::request request = request_for(path);
    request.query = query;
    const wire::response response = files_.serve(request);
    EXPECT_EQ(response.status, 301) << path;
    EXPECT_EQ(headers_of(response)["Location"], location) << path;
    EXPECT_EQ(headers_of(response)["Cache-Control"], "no-cache") << path;
  }
}

TEST_F(StaticFilesTest, SaysNotModifiedToWhoHasTheFile) {
  const std::string etag = etag_of("/");
  for (const char* method : {"GET", "HEAD"}) {
    wire::request request = request_for("/", {{"If-None-Match", "\"x\", W/" + etag}});
    request.method = method;
    const wire::response response = files_.serve(request);
    EXPECT_EQ(response.status, 304);
    EXPECT_EQ(response.body, nullptr);
    auto headers = headers_of(response);
    EXPECT_EQ(headers["ETag"], etag);
    EXPECT_EQ(headers["Cache-Control"], "no-cache");
    EXPECT_EQ(headers.count("Content-Type"), 0u);
  }
}

TEST_F(StaticFilesTest, HeedsConditions) {
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::vector<std::pair<header_list, int>> cases = {
      {{{"If-None-Match", "*"}}, 304},
      {{{"If-None-Match", "\"other\""}}, 200},
      {{{"If-Modified-Since", date}}, 304},
      {{{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}, 200},
      {{{"If-Modified-Since", date}, {"If-None-Match", "\"other\""}}, 200},
      {{{"If-Match", "\"other\""}}, 412},
  };
  for (const auto& [headers, status] : cases) {
    EXPECT_EQ(files_.serve(request_for("/", headers)).status, status)
        << testing::PrintToString(headers);
  }
  EXPECT_EQ(files_.serve(request_for("/missing", {{"If-None-Match", "*"}})).status, 404);
}

TEST_F(StaticFilesTest, AChangedFileHasAnotherTag) {
  const std::string etag = etag_of("/");
  EXPECT_EQ(etag_of("/"), etag);
  EXPECT_EQ(etag_of("/index.html"), etag);
  root_.write("index.html", "<p>HOME</p>");
  root_.set_modified("index.html", 784111777, 6);
  EXPECT_NE(etag_of("/"), etag);
  const wire::response response = files_.serve(request_for("/", {{"If-None-Match", etag}}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.body, "<p>HOME</p>");
}

TEST_F(StaticFilesTest, TellsNoDateThatIsNotInThePast) {
  for (const std::int64_t seconds : {std::int64_t{32503680000}, std::int64_t{-1000}}) {
    root_.set_modified("index.html", seconds);
    const wire::response response = files_.serve(request_for("/"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(headers_of(response).count("Last-Modified"), 0u) << seconds;
    EXPECT_EQ(headers_of(response).count("ETag"), 1u) << seconds;
  }
}

TEST_F(StaticFilesTest, ResponsesAtTheSameTimeShareTheContent) {
  const wire::response first = files_.serve(request_for("/"));
  const wire::response second = files_.serve(request_for("/index.html"));
  EXPECT_EQ(first.body, second.body);
}

TEST_F(StaticFilesTest, RefusesAFileAboveTheLimit) {
  root_.write("large", "");
  std::filesystem::resize_file(root_.path("large"), static_files::max_file_bytes + 1);
  const wire::response large = files_.serve(request_for("/large"));
  EXPECT_EQ(large.status, 500);
  EXPECT_NE(large.body->find("64 MiB"), std::string::npos);
  std::filesystem::resize_file(root_.path("large"), static_files::max_file_bytes);
  const wire::response fits = files_.serve(request_for("/large"));
  EXPECT_EQ(fits.status, 200);
  EXPECT_EQ(fits.body->size(), static_files::max_file_bytes);
}

TEST_F(StaticFilesTest, IsSafeWithARequestThatHasABody) {
  wire::request request = request_for("/");
  request.has_body = true;
  EXPECT_EQ(*files_.serve(request).body, "<p>home</p>");
}

TEST_F(StaticFilesTest, IsSafeWithARequestThatIsEmpty) {
  EXPECT_EQ(files_.serve(wire::request()).status, 405);
  EXPECT_EQ(files_.serve(request_for("")).status, 400);
}

TEST_F(StaticFilesTest, AVanishedFolderIsNotFound) {
  std::filesystem::remove_all(root_.path());
  EXPECT_EQ(files_.serve(request_for("/")).status, 404);
}

TEST(StaticFilesSetUpTest, NeedsAFolder) {
  const temporary_folder root;
  EXPECT_THROW(static_files(root.path("missing")), std::system_error);
}

// Each content is one letter over and over, and its size says which letter, so a mixture shows.
TEST_F(StaticFilesTest, AFileThatIsReplacedMeanwhileIsOneOrTheOther) {
  const std::string a(70'000, 'a');
  const std::string b(90'000, 'b');
  root_.write("swap.txt", a);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (bool turn = true; !stop; turn = !turn) {
      root_.write("next.txt", turn ? b : a);
      std::filesystem::rename(root_.path("next.txt"), root_.path("swap.txt"));
    }
  });
  for (int i = 0; i < 300; ++i) {
    const wire::response response = files_.serve(request_for("/swap.txt"));
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(*response.body == a || *response.body == b);
  }
  stop = true;
  writer.join();
}

TEST_F(StaticFilesTest, AFileThatComesAndGoesAndShrinksNeverBreaksAResponse) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    const std::string content(50'000, 'a');
    while (!stop) {
      root_.write("flicker.txt", content);
      std::filesystem::resize_file(root_.path("flicker.txt"), 100);
      std::filesystem::remove(root_.path("flicker.txt"));
    }
  });
  for (int i = 0; i < 300; ++i) {
    const wire::response response = files_.serve(request_for("/flicker.txt"));
    if (response.status == 200) {
      // A hole that was read behind the new end would show as zero bytes.
      EXPECT_EQ(response.body->find_first_not_of('a'), std::string::npos);
      EXPECT_LE(response.body->size(), 50'000u);
    } else {
      EXPECT_TRUE(response.status == 404 || response.status == 500) << response.status;
    }
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace broadcast_hub::http
