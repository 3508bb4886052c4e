#include <broadcast_hub/options.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace broadcast_hub {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t kib = 1024;
constexpr std::size_t gib = kib * kib * kib;

/// What `validate` says about them; empty when it is content.
template <typename Options>
std::string fault_of(const Options& options) {
  try {
    validate(options);
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return {};
}

TEST(OptionsTest, TheDefaultsAreValid) {
  EXPECT_EQ(fault_of(hub_options{}), "");
  EXPECT_EQ(fault_of(listen_options{}), "");
}

// What users rely on without setting it; the tables in the docs say the same.
TEST(OptionsTest, TheDefaultsAreTheDocumentedOnes) {
  const hub_options defaults;
  EXPECT_EQ(defaults.shards, 1U);
  EXPECT_EQ(defaults.limits.max_message_bytes, 64 * kib);
  EXPECT_EQ(defaults.limits.max_header_bytes, 8 * kib);
  EXPECT_EQ(defaults.limits.max_connections, 10'000U);
  EXPECT_EQ(defaults.limits.max_partial_bytes, 64 * kib * kib);
  EXPECT_EQ(defaults.limits.max_json_depth, 512U);
  EXPECT_EQ(defaults.heartbeat.ping_after, 25s);
  EXPECT_EQ(defaults.heartbeat.pong_within, 10s);
  EXPECT_EQ(defaults.timeouts.handshake, 10s);
  EXPECT_EQ(defaults.timeouts.close, 5s);
  EXPECT_EQ(defaults.timeouts.http_idle, 15s);
  EXPECT_EQ(defaults.timeouts.shutdown, 3s);
  EXPECT_EQ(defaults.outbound.max_queued_bytes, kib * kib);
  EXPECT_EQ(defaults.topics.defaults.max_lag_bytes, kib * kib);
  EXPECT_EQ(defaults.outbound.max_backlog_bytes, 64 * kib * kib);
  EXPECT_EQ(defaults.compression.min_payload_bytes, 256U);
  EXPECT_EQ(listen_options{}.address, "localhost");
  EXPECT_FALSE(listen_options{}.permessage_deflate);
}

struct range_case {
  std::string member;
  std::function<void(hub_options&, std::uint64_t)> set;
  std::uint64_t least;
  std::uint64_t most;
};

TEST(OptionsTest, EachNumberHasARangeAndTheMessageNamesIt) {
  const range_case cases[] = {
      {"hub_options.shards", [](auto& o, auto v) { o.shards = static_cast<unsigned>(v); }, 1, 256},
      {"limits.max_message_bytes",
       [](auto& o, auto v) {
         o.limits.max_message_bytes = v;
         o.limits.max_partial_bytes = 64 * gib;
       },
       1, gib},
      {"limits.max_header_bytes", [](auto& o, auto v) { o.limits.max_header_bytes = v; }, 256,
       12'800},
      {"limits.max_connections", [](auto& o, auto v) { o.limits.max_connections = v; }, 1,
       1'000'000},
      {"limits.max_json_depth", [](auto& o, auto v) { o.limits.max_json_depth = v; }, 1, 1'000'000},
      {"limits.max_partial_bytes", [](auto& o, auto v) { o.limits.max_partial_bytes = v; },
       64 * kib, 64 * gib},
      {"outbound.max_queued_bytes", [](auto& o, auto v) { o.outbound.max_queued_bytes = v; }, kib,
       gib},
      {"topics.defaults.max_lag_bytes",
       [](auto& o, auto v) {
         o.topics.defaults.max_lag_bytes = v;
         o.outbound.max_backlog_bytes = 64 * gib;
       },
       kib, gib},
      {"topics.defaults.history.max_publications",
       [](auto& o, auto v) { o.topics.defaults.history.max_publications = v; }, 0, 1'000'000},
      {"topics.defaults.history.max_bytes",
       [](auto& o, auto v) {
         o.topics.defaults.history.max_bytes = v;
         o.topics.max_log_bytes = kib * gib;
       },
       kib, gib},
      {"topics.max_topics", [](auto& o, auto v) { o.topics.max_topics = v; }, 1, 10'000'000},
      {"topics.max_subscriptions", [](auto& o, auto v) { o.topics.max_subscriptions = v; }, 1,
       100'000},
      {"topics.max_log_bytes", [](auto& o, auto v) { o.topics.max_log_bytes = v; }, kib * kib,
       kib * gib},
      {"topics.max_key_bytes", [](auto& o, auto v) { o.topics.max_key_bytes = v; }, 64 * kib,
       kib * gib},
      {"compression.min_payload_bytes",
       [](auto& o, auto v) { o.compression.min_payload_bytes = v; }, 0, gib},
      {"compression.level", [](auto& o, auto v) { o.compression.level = static_cast<int>(v); }, 1,
       9},
      {"outbound.max_backlog_bytes", [](auto& o, auto v) { o.outbound.max_backlog_bytes = v; },
       kib * kib, 64 * gib},
  };
  for (const range_case& each : cases) {
    for (const std::uint64_t value : {each.least, each.most}) {
      hub_options options;
      each.set(options, value);
      EXPECT_EQ(fault_of(options), "") << each.member;
    }
    for (const std::uint64_t value : {each.least - 1, each.most + 1}) {
      if (each.least == 0 && value != each.most + 1)
        continue;
      hub_options options;
      each.set(options, value);
      EXPECT_THAT(fault_of(options),
                  AllOf(HasSubstr(each.member + " is " + std::to_string(value) + ";"),
                        HasSubstr("from " + std::to_string(each.least) + " to " +
                                  std::to_string(each.most))));
    }
  }
}

TEST(OptionsTest, NeighboursLimitEachOther) {
  hub_options options;
  options.limits.max_message_bytes = 1000;
  options.limits.max_partial_bytes = 999;
  EXPECT_THAT(fault_of(options),
              HasSubstr("limits.max_partial_bytes is 999; it must be from 1000 "));
  options = {};
  options.topics.defaults.max_lag_bytes = 100 * kib;
  options.outbound.max_backlog_bytes = 100 * kib - 1;
  EXPECT_THAT(fault_of(options), HasSubstr("max_backlog_bytes is 102399; it must be from 102400 "));
}

TEST(OptionsTest, AHistoryFitsIntoTheLogsOfAllTopics) {
  hub_options options;
  options.topics.max_log_bytes = 2 * kib * kib;
  options.topics.rules = {{"orders.>", {}}};
  std::size_t& bytes = options.topics.rules[0].options.history.max_bytes;
  bytes = 2 * kib * kib;
  EXPECT_EQ(fault_of(options), "");
  ++bytes;
  EXPECT_EQ(fault_of(options),
            "hub_options.topics.rules[0].options.history.max_bytes is 2097153; it must not be "
            "larger than topics.max_log_bytes, which is 2097152 for all topics together; lower the "
            "first or raise the second");
  bytes = 0;
  options.topics.defaults.history.max_bytes = gib;
  EXPECT_THAT(fault_of(options), HasSubstr("topics.defaults.history.max_bytes is 1073741824;"));
}

TEST(OptionsTest, ARuleThatCanNeverCountIsNamed) {
  const auto fault_with = [](const std::vector<std::string>& patterns) {
    hub_options options;
    for (const std::string& each : patterns)
      options.topics.rules.push_back({each, {}});
    return fault_of(options);
  };
  EXPECT_EQ(fault_with({"a.b", ">", "a.c"}),
            "hub_options.topics.rules[2].pattern is \"a.c\"; it can never count, because rules[1], "
            "which comes first, has \">\" and matches all of it; put the narrower one first");
  EXPECT_THAT(fault_with({"a.>", "a.*.c"}), HasSubstr("rules[1].pattern is \"a.*.c\""));
  EXPECT_THAT(fault_with({"a", "b", "a"}), HasSubstr("rules[2].pattern is \"a\""));
  EXPECT_EQ(fault_with({"a.*", "a.>", "*.b", ">"}), "");
}

TEST(OptionsTest, ARuleThatCannotMatchIsNamed) {
  hub_options options;
  options.topics.rules = {{"orders.>", {}}, {"a..b", {}}};
  EXPECT_THAT(
      fault_of(options),
      AllOf(HasSubstr("hub_options.topics.rules[1].pattern is \"a..b\";"), HasSubstr("tokens")));
}

TEST(OptionsTest, ARuleHasTheRangesOfTheDefaults) {
  hub_options options;
  options.topics.rules = {{"orders.>", {}}};
  options.topics.rules[0].options.max_lag_bytes = 1;
  EXPECT_THAT(fault_of(options), HasSubstr("topics.rules[0].options.max_lag_bytes is 1;"));
  options.topics.rules[0].options.max_lag_bytes = gib;
  EXPECT_THAT(fault_of(options), HasSubstr("outbound.max_backlog_bytes"));
}

TEST(OptionsTest, AHistoryMayBeMonthsOldButNotOlder) {
  hub_options options;
  options.topics.defaults.history.max_age = std::chrono::hours(24 * 30);
  EXPECT_EQ(fault_of(options), "");
  options.topics.defaults.history.max_age += std::chrono::milliseconds(1);
  EXPECT_THAT(fault_of(options),
              HasSubstr("hub_options.topics.defaults.history.max_age is 2592000001 ms;"));
}

struct time_case {
  std::string member;
  std::chrono::milliseconds& (*get)(hub_options&);
  std::chrono::milliseconds least;
};

TEST(OptionsTest, EachTimeHasARangeAndTheMessageNamesIt) {
  using times = std::chrono::milliseconds&;
  const time_case cases[] = {
      {"heartbeat.ping_after", [](hub_options& o) -> times { return o.heartbeat.ping_after; }, 0ms},
      {"heartbeat.pong_within", [](hub_options& o) -> times { return o.heartbeat.pong_within; },
       1ms},
      {"timeouts.handshake", [](hub_options& o) -> times { return o.timeouts.handshake; }, 1ms},
      {"timeouts.close", [](hub_options& o) -> times { return o.timeouts.close; }, 1ms},
      {"timeouts.http_idle", [](hub_options& o) -> times { return o.timeouts.http_idle; }, 1ms},
      {"timeouts.shutdown", [](hub_options& o) -> times { return o.timeouts.shutdown; }, 0ms},
      {"topics.linger", [](hub_options& o) -> times { return o.topics.linger; }, 0ms},
      {"topics.defaults.max_lag", [](hub_options& o) -> times { return o.topics.defaults.max_lag; },
       100ms},
  };
  constexpr std::chrono::milliseconds most = 24h;
  for (const time_case& each : cases) {
    for (const auto value : {each.least, most}) {
      hub_options options;
      each.get(options) = value;
      EXPECT_EQ(fault_of(options), "") << each.member;
    }
    for (const auto value : {each.least - 1ms, most + 1ms, std::chrono::milliseconds::max(),
                             std::chrono::milliseconds::min()}) {
      hub_options options;
      each.get(options) = value;
      EXPECT_THAT(
          fault_of(options),
          AllOf(HasSubstr(each.member + " is " + std::to_string(value.count()) + " ms;"),
                HasSubstr("from " + std::to_string(each.least.count()) + " ms to 86400000 ms")));
    }
  }
}

TEST(OptionsTest, APathBeginsWithASlashAndHasNoQuery) {
  for (const char* path : {"/", "/live", "/a/b-c_d.e", "/%C3%A9"}) {
    listen_options options;
    options.websocket_paths = {"/fine", path};
    EXPECT_EQ(fault_of(options), "") << path;
  }
  for (const char* path : {"", "live", "/live?x=1", "/live#top", "/li ve"}) {
    listen_options options;
    options.websocket_paths = {"/fine", path};
    EXPECT_THAT(fault_of(options), HasSubstr("websocket_paths has \"" + std::string(path) + "\""));
  }
}

TEST(OptionsTest, ABufferIsTheSystemsChoiceOrHasARange) {
  for (const std::size_t bytes : {std::size_t{0}, 4 * kib, gib}) {
    listen_options options;
    options.sockets = {.send_buffer_bytes = bytes, .max_unsent_bytes = bytes};
    EXPECT_EQ(fault_of(options), "") << bytes;
  }
  for (const std::size_t bytes : {std::size_t{1}, 4 * kib - 1, gib + 1}) {
    listen_options options;
    options.sockets.send_buffer_bytes = bytes;
    EXPECT_THAT(fault_of(options), HasSubstr("listen_options.sockets.send_buffer_bytes is " +
                                             std::to_string(bytes) + "; it must be 0"));
    options = {};
    options.sockets.max_unsent_bytes = bytes;
    EXPECT_THAT(fault_of(options), HasSubstr("listen_options.sockets.max_unsent_bytes is " +
                                             std::to_string(bytes) + "; it must be 0"));
  }
}

TEST(OptionsTest, AnOriginIsASchemeAndAHost) {
  for (const char* origin :
       {"*", "https://example.com", "http://localhost:8080", "app://x", "https://*.example.com",
        "https://*.example.com:8443", "null", "file://"}) {
    listen_options options;
    options.allowed_origins = {origin};
    EXPECT_EQ(fault_of(options), "") << origin;
  }
  for (const char* origin :
       {"", "example.com", "://example.com", "https://example.com/", "https://example.com/page",
        "https:/example.com", "https://*", "https://*.", "https://*.*.example.com",
        "https://a.*.example.com", "https://*example.com", "*://example.com", "https://*.[::1]",
        "*.example.com", "file:///", "nul", "https://example.com?x", "https://example.com:port",
        " https://example.com"}) {
    listen_options options;
    options.allowed_origins = {"https://fine.example", origin};
    EXPECT_THAT(fault_of(options),
                HasSubstr("allowed_origins has \"" + std::string(origin) + "\""));
  }
}

TEST(OptionsTest, LoopbackAsOneHostIsForAnEmptyListOfOrigins) {
  listen_options options;
  options.loopback_is_one_host = true;
  EXPECT_NO_THROW(validate(options));
  options.allowed_origins = {"https://example.com"};
  EXPECT_EQ(fault_of(options),
            "listen_options.loopback_is_one_host is true beside allowed_origins, which then decide "
            "alone; list the origins of this machine there, or leave the list empty");
}

TEST(OptionsTest, WhatIsShownInAMessageIsEscaped) {
  listen_options options;
  options.allowed_origins = {"evil\nline"};
  EXPECT_THAT(fault_of(options), HasSubstr("evil\\nline"));
}

TEST(OptionsTest, APortIsOne) {
  for (const int port : {0, 1, 65'535}) {
    listen_options options;
    options.port = port;
    EXPECT_EQ(fault_of(options), "") << port;
  }
  for (const int port : {-1, 65'536, 70'000}) {
    listen_options options;
    options.port = port;
    EXPECT_EQ(fault_of(options),
              "listen_options.port is " + std::to_string(port) + "; it must be from 0 to 65535");
  }
}

TEST(OptionsTest, AListenerServesSomething) {
  listen_options options;
  options.websockets = false;
  EXPECT_THAT(fault_of(options), AllOf(HasSubstr("serves nothing"), HasSubstr("web_root")));
  options.web_root = "/tmp";
  EXPECT_EQ(fault_of(options), "");
}

}  // namespace
}  // namespace broadcast_hub
