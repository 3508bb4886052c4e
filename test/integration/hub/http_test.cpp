#include "fixture.hpp"
#include "support/temporary_folder.hpp"

namespace broadcast_hub::test {
namespace {

class HttpTest : public hub_fixture {
 protected:
  HttpTest() {
    folder_.write("index.html", "<p>hello</p>");
    folder_.write("large.bin", std::string(8'000'000, 'x'));
  }

  listen_options page() const {
    listen_options chosen;
    chosen.web_root = folder_.path();
    return chosen;
  }

  /// The head and body of one response with a Content-Length.
  static std::string read_response(raw_client& socket) {
    std::string head = socket.read_until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    return head + socket.read_exactly(std::stoul(head.substr(at + 16)));
  }

  temporary_folder folder_;
};

TEST_P(HttpTest, ServesFilesAndWebSocketsOnOnePort) {
  hub hub(options());
  const auto port = hub.listen(page());
  hub.start();
  raw_client browser(port);
  browser.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string response = read_response(browser);
  EXPECT_EQ(response.substr(0, 17), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(response.substr(response.size() - 12), "<p>hello</p>");
  EXPECT_NE(ws_client(port).response().find(" 101 "), std::string::npos);
}

TEST_P(HttpTest, KeepsTheConnectionForFurtherRequestsAndAnswersPipelinedOnesInOrder) {
  hub hub(options());
  const auto port = hub.listen(page());
  hub.start();
  raw_client browser(port);
  browser.send(
      "GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(read_response(browser).substr(9, 3), "200");
  EXPECT_EQ(read_response(browser).substr(9, 3), "404");
  EXPECT_EQ(read_response(browser).substr(9, 3), "200");
  EXPECT_EQ(browser.read_to_end(), "");
  EXPECT_EQ(hub.stats().http_requests, 3U);
}

TEST_P(HttpTest, UpgradesAKeptAliveConnection) {
  hub hub(options());
  const auto port = hub.listen(page());
  hub.start();
  raw_client browser(port);
  browser.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + handshake_request());
  read_response(browser);
  EXPECT_NE(browser.read_until("\r\n\r\n").find(" 101 "), std::string::npos);
}

TEST_P(HttpTest, DeliversALargeFileToASlowReaderWhole) {
  hub hub(options());
  const auto port = hub.listen(page());
  hub.start();
  raw_client browser(port, 4096);
  browser.send("GET /large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  browser.end_sending();  // as netcat does; the response comes all the same
  const std::string response = browser.read_to_end();
  EXPECT_GT(response.size(), 8'000'000U);
  EXPECT_EQ(response.substr(response.size() - 3), "xxx");
}

/// The second may change between two responses.
std::string without_date(std::string response) {
  const std::size_t begin = response.find("\r\nDate: ");
  EXPECT_NE(begin, std::string::npos);
  return response.erase(begin, response.find("\r\n", begin + 2) - begin);
}

TEST_P(HttpTest, AnswersBytesOneAtATimeLikeAllAtOnce) {
  hub hub(options());
  const auto port = hub.listen(page());
  hub.start();
  const std::string request =
      "GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::string whole;
  for (const std::size_t step : {request.size(), std::size_t{1}, std::size_t{2}}) {
    raw_client browser(port);
    for (std::size_t at = 0; at < request.size(); at += step)
      browser.send(request.substr(at, step));
    const std::string response = without_date(browser.read_to_end());
    if (whole.empty())
      whole = response;
    EXPECT_EQ(response, whole);
  }
  EXPECT_NE(whole.find("<p>hello</p>"), std::string::npos);
}

TEST_P(HttpTest, EndsBadRequestsWithTheRightStatus) {
  hub hub(options());
  const auto port = hub.listen(page());
  hub.start();
  struct example {
    std::string request;
    std::string status;
  };
  const std::vector<example> examples{
      {"nonsense\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", "431"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "413"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
       "413"},
      {"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405"},
  };
  for (const example& each : examples) {
    raw_client browser(port);
    browser.send(each.request);
    const std::string response = browser.read_to_end();
    EXPECT_EQ(response.substr(9, 3), each.status) << each.request;
    EXPECT_EQ(response.find("\nHTTP/1.1 "), std::string::npos) << "one response: " << response;
  }
}

TEST(WebRootTest, MustBeAFolder) {
  hub hub;
  listen_options wrong;
  wrong.web_root = "/no/such/folder";
  try {
    hub.listen(wrong);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("/no/such/folder"), std::string::npos);
  }
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(HttpTest);

}  // namespace
}  // namespace broadcast_hub::test
