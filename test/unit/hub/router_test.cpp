#include "hub/router.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub {
namespace {

using test::temporary_folder;

wire::request plain(std::string path, std::string method = "GET") {
  wire::request request;
  request.method = std::move(method);
  request.target = path;
  request.path = std::move(path);
  request.headers = {{"Host", "example.com:8081"}};
  return request;
}

wire::request websocket(std::string path = "/") {
  wire::request request = plain(std::move(path));
  request.headers.insert(request.headers.end(),
                         {{"Upgrade", "websocket"},
                          {"Connection", "Upgrade"},
                          {"Sec-WebSocket-Version", "13"},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
  return request;
}

wire::request with(wire::request request, const std::string& name, std::string value) {
  const auto found = std::find_if(request.headers.begin(), request.headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  if (found == request.headers.end()) {
    request.headers.emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
  return request;
}

wire::request without(wire::request request, const std::string& name) {
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  return request;
}

std::string_view header_of(const wire::response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

/// 101 when nothing speaks against it.
int status_of(const router& rules, const wire::request& request) {
  const router::route found = rules.check(request);
  EXPECT_TRUE(found.is_websocket || request.has_body);
  if (!found.refusal) {
    return 101;
  }
  EXPECT_TRUE(found.refusal->close);
  EXPECT_NE(found.refusal->body, nullptr);
  return found.refusal->status;
}

TEST(RouterTest, ARightRequestMayBeAskedAbout) {
  const router rules{listen_options{}};
  EXPECT_EQ(status_of(rules, websocket("/")), 101);
  EXPECT_EQ(status_of(rules, websocket("/any/path")), 101);
}

TEST(RouterTest, APlainRequestIsNoWebSocketRequest) {
  const router::route found = router{listen_options{}}.check(plain("/"));
  EXPECT_FALSE(found.is_websocket);
  EXPECT_FALSE(found.refusal);
}

TEST(RouterTest, AWrongWebSocketRequestGetsWhatItDeserves) {
  struct refusal {
    wire::request request;
    int status;
  };
  wire::request post = websocket();
  post.method = "POST";
  const refusal cases[] = {
      {post, 405},
      {with(websocket(), "Sec-WebSocket-Key", "short"), 400},
      {without(websocket(), "Sec-WebSocket-Key"), 400},
      {without(websocket(), "Upgrade"), 400},
      {without(websocket(), "Connection"), 400},
      {with(websocket(), "Connection", "keep-alive"), 400},
      {with(websocket(), "Sec-WebSocket-Version", "13abc"), 400},
      {with(websocket(), "Sec-WebSocket-Version", "8"), 426},
      {without(websocket(), "Sec-WebSocket-Version"), 426},
      {with(websocket(), "Origin", "https://elsewhere.example"), 403},
      {with(websocket(), "Origin", "null"), 403},
  };
  const router rules{listen_options{}};
  for (const refusal& each : cases) {
    EXPECT_EQ(status_of(rules, each.request), each.status);
  }
}

// RFC 9110, section 7.8: `Upgrade` means nothing in HTTP/1.0.
TEST(RouterTest, AnHttp10RequestIsAPlainOne) {
  wire::request old = websocket();
  old.http_minor = 0;
  const router rules{listen_options{}};
  EXPECT_FALSE(rules.check(old).is_websocket);
  EXPECT_EQ(rules.serve(old).status, 426);
}

TEST(RouterTest, OtherMethodsAreToldTheRightOneWhereOnlyWebSocketsAreServed) {
  const router rules{listen_options{}};
  for (const char* method : {"POST", "DELETE", "OPTIONS", "BREW"}) {
    wire::request request = plain("/");
    request.method = method;
    const wire::response answer = rules.serve(request);
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(header_of(answer, "Allow"), "GET");
  }
}

TEST(RouterTest, AnotherVersionIsToldOurs) {
  const router rules{listen_options{}};
  const auto found = rules.check(with(websocket(), "Sec-WebSocket-Version", "7"));
  ASSERT_TRUE(found.refusal);
  EXPECT_EQ(header_of(*found.refusal, "Sec-WebSocket-Version"), "13");
  EXPECT_EQ(header_of(*found.refusal, "Upgrade"), "websocket");
}

TEST(RouterTest, AWrongMethodIsToldTheRightOne) {
  wire::request request = websocket();
  request.method = "PUT";
  const auto found = router{listen_options{}}.check(request);
  ASSERT_TRUE(found.refusal);
  EXPECT_EQ(header_of(*found.refusal, "Allow"), "GET");
}

TEST(RouterTest, ABodyIsRefusedWhateverTheRequest) {
  const router rules{listen_options{}};
  for (wire::request request : {plain("/"), plain("/", "POST"), websocket()}) {
    request.has_body = true;
    EXPECT_EQ(status_of(rules, request), 413);
  }
}

TEST(RouterTest, OnlyTheListedPathsHaveWebSockets) {
  listen_options options;
  options.websocket_paths = {"/live", "/news"};
  const router rules{options};
  EXPECT_EQ(status_of(rules, websocket("/live")), 101);
  EXPECT_EQ(status_of(rules, websocket("/news")), 101);
  for (const char* path : {"/", "/live/", "/Live", "/livelier", "live"}) {
    EXPECT_EQ(status_of(rules, websocket(path)), 404) << path;
  }
}

TEST(RouterTest, TheQueryIsNoPartOfThePath) {
  listen_options options;
  options.websocket_paths = {"/live"};
  wire::request request = websocket("/live");
  request.target = "/live?token=1";
  request.query = "token=1";
  EXPECT_EQ(status_of(router{options}, request), 101);
}

TEST(RouterTest, AnHttpOnlyListenerHasNoWebSockets) {
  const temporary_folder folder;
  folder.write("index.html", "<p>hello</p>");
  listen_options options;
  options.websockets = false;
  options.web_root = folder.path();
  const router rules{options};
  EXPECT_EQ(status_of(rules, websocket("/")), 404);
  EXPECT_EQ(status_of(rules, with(websocket("/"), "Sec-WebSocket-Version", "8")), 404);
}

TEST(RouterTest, PagesOfTheSameHostMayConnectFromAnyPort) {
  const router rules{listen_options{}};
  for (const char* origin :
       {"http://example.com", "http://example.com:8080", "https://EXAMPLE.com"}) {
    EXPECT_EQ(status_of(rules, with(websocket(), "Origin", origin)), 101) << origin;
  }
  for (const char* origin :
       {"http://example.com.evil", "http://sub.example.com", "http://evil/example.com", ""}) {
    EXPECT_EQ(status_of(rules, with(websocket(), "Origin", origin)), 403) << origin;
  }
}

TEST(RouterTest, AllowedOriginsAreComparedAsAWhole) {
  listen_options options;
  options.allowed_origins = {"https://example.com", "http://localhost:8080"};
  const router rules{options};
  EXPECT_EQ(status_of(rules, websocket()), 101);  // no page at all
  EXPECT_EQ(status_of(rules, with(websocket(), "Origin", "HTTPS://Example.com")), 101);
  EXPECT_EQ(status_of(rules, with(websocket(), "Origin", "http://localhost:8080")), 101);
  EXPECT_EQ(status_of(rules, with(websocket(), "Origin", "http://localhost")), 403);
  EXPECT_EQ(status_of(rules, with(websocket(), "Origin", "http://example.com")), 403);
}

// Whoever meets it sees only a status; who runs the hub reads what to do about it.
TEST(RouterTest, ARefusalByOriginSaysWhatIsAllowedAndWhatToSet) {
  listen_options options;
  const wire::request foreign = with(websocket(), "Origin", "http://evil\n.example");
  EXPECT_EQ(router{options}.check(foreign).remedy,
            " The origin is \"http://evil\\n.example\"; allowed is the host of the request, "
            "\"example.com:8081\". To let it in, add it to listen_options::allowed_origins.");
  const wire::request local =
      with(with(websocket(), "Host", "localhost:8081"), "Origin", "http://127.0.0.1:8080");
  EXPECT_TRUE(router{options}.check(local).remedy.ends_with(
      "allowed_origins or set listen_options::loopback_is_one_host."));
  options.loopback_is_one_host = true;
  EXPECT_EQ(status_of(router{options}, local), 101);
  options.allowed_origins = {"https://a.example", "https://*.b.example"};
  EXPECT_EQ(router{options}.check(local).remedy,
            " The origin is \"http://127.0.0.1:8080\"; allowed are \"https://a.example\" "
            "\"https://*.b.example\". To let it in, add it to listen_options::allowed_origins.");
  EXPECT_EQ(router{options}.check(websocket()).remedy, "");
}

TEST(RouterTest, AStarAdmitsAllPages) {
  listen_options options;
  options.allowed_origins = {"*"};
  EXPECT_EQ(status_of(router{options}, with(websocket(), "Origin", "https://any.example")), 101);
}

TEST(RouterTest, AWrongPathComesBeforeAWrongOrigin) {
  listen_options options;
  options.websocket_paths = {"/live"};
  const wire::request request = with(websocket("/"), "Origin", "https://elsewhere.example");
  EXPECT_EQ(status_of(router{options}, request), 404);
}

TEST(RouterTest, FilesAreServed) {
  const temporary_folder folder;
  folder.write("index.html", "<p>hello</p>");
  listen_options options;
  options.web_root = folder.path();
  const router rules{options};
  const wire::response found = rules.serve(plain("/index.html"));
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(*found.body, "<p>hello</p>");
  EXPECT_EQ(rules.serve(plain("/missing.html")).status, 404);
  EXPECT_EQ(rules.serve(plain("/index.html", "POST")).status, 405);
  EXPECT_EQ(status_of(rules, websocket("/")), 101);
}

TEST(RouterTest, APlainRequestToAWebSocketServerIsTold426) {
  const wire::response answer = router{listen_options{}}.serve(plain("/"));
  EXPECT_EQ(answer.status, 426);
  EXPECT_EQ(header_of(answer, "Upgrade"), "websocket");
  EXPECT_EQ(header_of(answer, "Sec-WebSocket-Version"), "13");
}

TEST(RouterTest, APlainRequestBesideTheWebSocketPathsIsTold404) {
  listen_options options;
  options.websocket_paths = {"/live"};
  const router rules{options};
  EXPECT_EQ(rules.serve(plain("/live")).status, 426);
  EXPECT_EQ(rules.serve(plain("/")).status, 404);
}

TEST(RouterTest, AMissingFolderIsAnError) {
  listen_options options;
  options.web_root = "/no/such/folder";
  EXPECT_THROW(router{options}, std::system_error);
}

}  // namespace
}  // namespace broadcast_hub
