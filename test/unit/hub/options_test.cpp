#include <broadcast_hub/options.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

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
  EXPECT_EQ(defaults.heartbeat.ping_after, 25s);
  EXPECT_EQ(defaults.heartbeat.pong_within, 10s);
  EXPECT_EQ(defaults.timeouts.handshake, 10s);
  EXPECT_EQ(defaults.timeouts.close, 5s);
  EXPECT_EQ(defaults.timeouts.http_idle, 15s);
  EXPECT_EQ(defaults.timeouts.shutdown, 3s);
  EXPECT_EQ(defaults.outbound.max_queued_bytes, kib * kib);
  EXPECT_EQ(defaults.outbound.max_lag_bytes, kib * kib);
  EXPECT_EQ(defaults.outbound.max_backlog_bytes, 64 * kib * kib);
  EXPECT_EQ(listen_options{}.address, "localhost");
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
       16'000},
      {"limits.max_connections", [](auto& o, auto v) { o.limits.max_connections = v; }, 1,
       1'000'000},
      {"limits.max_partial_bytes", [](auto& o, auto v) { o.limits.max_partial_bytes = v; },
       64 * kib, 64 * gib},
      {"outbound.max_queued_bytes", [](auto& o, auto v) { o.outbound.max_queued_bytes = v; }, kib,
       gib},
      {"outbound.max_lag_bytes",
       [](auto& o, auto v) {
         o.outbound.max_lag_bytes = v;
         o.outbound.max_backlog_bytes = 64 * gib;
       },
       64 * kib, gib},
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
  options.outbound.max_lag_bytes = 100 * kib;
  options.outbound.max_backlog_bytes = 100 * kib - 1;
  EXPECT_THAT(fault_of(options), HasSubstr("max_backlog_bytes is 102399; it must be from 102400 "));
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

TEST(OptionsTest, AnOriginIsASchemeAndAHost) {
  for (const char* origin : {"*", "https://example.com", "http://localhost:8080", "app://x"}) {
    listen_options options;
    options.allowed_origins = {origin};
    EXPECT_EQ(fault_of(options), "") << origin;
  }
  for (const char* origin : {"", "example.com", "://example.com", "https://example.com/",
                             "https://example.com/page", "https:/example.com", "null"}) {
    listen_options options;
    options.allowed_origins = {"https://fine.example", origin};
    EXPECT_THAT(fault_of(options),
                HasSubstr("allowed_origins has \"" + std::string(origin) + "\""));
  }
}

TEST(OptionsTest, WhatIsShownInAMessageIsEscaped) {
  listen_options options;
  options.allowed_origins = {"evil\nline"};
  EXPECT_THAT(fault_of(options), HasSubstr("evil\\nline"));
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
