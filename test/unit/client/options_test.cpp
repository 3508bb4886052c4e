#include <broadcast_hub/client.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;

/// What `validate` says of options that are right but for one change.
std::string complaint_about(const std::function<void(client_options&)>& change) {
  client_options options;
  options.url = "ws://localhost:8081/";
  change(options);
  try {
    validate(options);
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return "none";
}

TEST(ClientOptionsTest, TheDefaultsNeedAnAddressOnly) {
  EXPECT_EQ(complaint_about([](client_options&) {}), "none");
  EXPECT_EQ(complaint_about([](client_options& o) { o.url = ""; }),
            "client_options.url is \"\"; it must be of the form ws://host:port/path");
}

TEST(ClientOptionsTest, NamesWhatIsOutOfRange) {
  EXPECT_EQ(complaint_about([](client_options& o) { o.retry_min = 0ms; }),
            "client_options.retry_min is 0 ms; it must be from 1 ms to 20000 ms");
  EXPECT_EQ(complaint_about([](client_options& o) { o.retry_min = 21s; }),
            "client_options.retry_min is 21000 ms; it must be from 1 ms to 20000 ms");
  EXPECT_EQ(complaint_about([](client_options& o) { o.retry_max = 25h; }),
            "client_options.retry_max is 90000000 ms; it must be from 1 ms to 86400000 ms");
  EXPECT_EQ(complaint_about([](client_options& o) { o.connect_timeout = -1ms; }),
            "client_options.connect_timeout is -1 ms; it must be from 1 ms to 86400000 ms");
  EXPECT_EQ(complaint_about([](client_options& o) { o.max_message_bytes = 1023; }),
            "client_options.max_message_bytes is 1023; it must be from 1024 to 1073741824");
  EXPECT_EQ(complaint_about([](client_options& o) { o.max_waiting_commands = 0; }),
            "client_options.max_waiting_commands is 0; it must be from 1 to 1000000");
  EXPECT_EQ(complaint_about([](client_options& o) { o.max_queued_bytes = 0; }),
            "client_options.max_queued_bytes is 0; it must be from 1024 to 1073741824");
}

TEST(ClientOptionsTest, NeedNoAddressWhenItIsAskedFor) {
  EXPECT_EQ(complaint_about([](client_options& o) {
              o.url = "";
              o.make_url = [] { return std::string("ws://a/"); };
            }),
            "none");
}

TEST(ClientOptionsTest, NameHeadersThatMayNotBeSent) {
  const auto complaint = [](const std::string& name, const std::string& value) {
    return complaint_about([&](client_options& o) {
      o.headers = {{"Cookie", "a=b"}, {name, value}};
    });
  };
  EXPECT_EQ(complaint("Authorization", "Bearer x"), "none");
  EXPECT_EQ(complaint("Sec-Fetch-Mode", "x"), "none");
  for (const std::string name : {"Host", "upgrade", "CONNECTION", "sec-websocket-KEY",
                                 "Sec-WebSocket-Protocol", "Sec-WebSocket-Anything"}) {
    EXPECT_EQ(complaint(name, "x"),
              "client_options.headers has \"" + name + "\"; the client itself says that");
  }
  for (const std::string name : {"", "a b", "a:", "a\n"})
    EXPECT_TRUE(complaint(name, "x").ends_with("that is not the name of a header")) << name;
  for (const std::string& value : std::vector<std::string>{
           "a\r\nb", "a\nHost: b", std::string("a\0b", 3), std::string("a\x7f")})
    EXPECT_EQ(complaint("X-A", value),
              "client_options.headers has \"X-A\"; its value must not have control characters");
}

TEST(ClientOptionsTest, ClientsCheckThem) {
  EXPECT_THROW(client({}), std::invalid_argument);
}

}  // namespace
}  // namespace broadcast_hub
