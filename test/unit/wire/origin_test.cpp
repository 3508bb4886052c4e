#include "wire/origin.hpp"

#include "wire/handshake.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::wire {
namespace {

request from_page(std::string_view host, std::string_view origin) {
  request made;
  made.headers = {{"Host", std::string(host)}, {"Origin", std::string(origin)}};
  return made;
}

struct origin_case {
  std::string_view host;
  std::string_view origin;
  bool allowed;
};

TEST(OriginTest, ByDefaultThePagesHostMustBeOurs) {
  const origin_case cases[] = {
      {"good.com", "http://good.com", true},
      {"good.com", "https://good.com", true},
      {"good.com", "http://good.com:8080", true},
      {"good.com:8081", "http://good.com:8080", true},
      {"good.com:8081", "http://good.com", true},
      {"GOOD.com", "http://good.COM", true},
      {"good.com", "HTTP://good.com", true},
      {"localhost:8081", "http://localhost:8080", true},
      {"127.0.0.1:8081", "http://127.0.0.1:8080", true},
      {"[::1]:8081", "http://[::1]:8080", true},
      {"[::1]", "http://[::1]", true},
      {"[FE80::1]", "http://[fe80::1]", true},
      {"good.com", "null", false},
      {"null", "null", false},
      {"good.com", "", false},
      {"good.com", "http://evil.com", false},
      {"good.com", "http://good.com.evil", false},
      {"good.com", "http://evilgood.com", false},
      {"good.com", "http://sub.good.com", false},
      {"sub.good.com", "http://good.com", false},
      {"good.com", "http://good.com@evil.com", false},
      {"good.com", "http://good.com:80@evil.com", false},
      {"good.com", "http://evil.com@good.com", false},
      {"good.com", "http://good.com:pass@good.com", false},
      {"good.com", "http://good.com/", false},
      {"good.com", "http://evil.com/good.com", false},
      {"good.com", "http://evil.com?good.com", false},
      {"good.com", "http://evil.com#good.com", false},
      {"good.com", "http://good.com\\evil.com", false},
      {"good.com", "http://good.com evil.com", false},
      {"good.com", "http://good.com, http://evil.com", false},
      {"good.com", "http://good.com http://evil.com", false},
      {"good.com", "http://good.com.", false},
      {"good.com", "http://good.com:80:80", false},
      {"good.com", "http://good.com:port", false},
      {"good.com", "http://", false},
      {"good.com", "http:good.com", false},
      {"good.com", "//good.com", false},
      {"good.com", "good.com", false},
      {"good.com", "://good.com", false},
      {"good.com", "file://", false},
      {"good.com", "file://good.com", false},
      {"good.com", "chrome-extension://good.com", false},
      {"good.com", "ftp://good.com", false},
      {"localhost", "http://127.0.0.1", false},
      {"127.0.0.1", "http://localhost", false},
      {"[::1]:8081", "http://[::2]:8081", false},
      {"[::1]:8081", "http://::1:8081", false},
      {"[::1]:8081", "http://[::1", false},
      {"[::1]:8081", "http://[::1]evil.com", false},
      {"[::1]:8081", "http://[::1].evil.com", false},
      {"", "http://", false},
      {"", "http://good.com", false},
  };
  for (const origin_case& one : cases) {
    EXPECT_EQ(origin_allowed(from_page(one.host, one.origin), {}), one.allowed)
        << one.host << " from " << one.origin;
  }
}

TEST(OriginTest, WhatIsNoPageIsLetIn) {
  request made;
  made.headers = {{"Host", "good.com"}};
  EXPECT_TRUE(origin_allowed(made, {}));
  EXPECT_TRUE(origin_allowed(made, {"https://good.com"}));
}

struct list_case {
  std::string_view origin;
  bool allowed;
};

TEST(OriginTest, AListAdmitsWhatItNamesAndNothingElse) {
  const std::vector<std::string> list = {"https://good.com", "http://localhost:8080"};
  const list_case cases[] = {
      {"https://good.com", true},
      {"HTTPS://Good.Com", true},
      {"http://localhost:8080", true},
      {"http://good.com", false},
      {"https://good.com:443", false},
      {"https://good.com:8443", false},
      {"https://good.com/", false},
      {"https://good.com.evil", false},
      {"https://evilgood.com", false},
      {"https://good.com@evil.com", false},
      {"https://good.com, https://evil.com", false},
      {"http://localhost", false},
      {"http://localhost:80", false},
      {"http://our-host", false},
      {"null", false},
      {"", false},
      {"*", false},
  };
  for (const list_case& one : cases) {
    EXPECT_EQ(origin_allowed(from_page("our-host", one.origin), list), one.allowed) << one.origin;
  }
}

TEST(OriginTest, AStarAndADotStandForOneLabelOrMore) {
  const std::vector<std::string> list = {"https://*.good.com", "http://*.dev.local:8080",
                                         "app://*.x"};
  const list_case cases[] = {
      {"https://a.good.com", true},
      {"https://a.b.good.com", true},
      {"HTTPS://A.Good.Com", true},
      {"http://a.dev.local:8080", true},
      {"app://a.x", true},
      {"https://good.com", false},
      {"https://.good.com", false},
      {"https://..good.com", false},
      {"https://a..good.com", false},
      {"https://.a.good.com", false},
      {"https://agood.com", false},
      {"http://a.good.com", false},
      {"wss://a.good.com", false},
      {"https://a.good.com:443", false},
      {"https://a.good.com:8443", false},
      {"https://a.good.com.", false},
      {"https://a.good.com.evil", false},
      {"https://a.good.com/", false},
      {"https://evil.com/a.good.com", false},
      {"https://evil.com/.good.com", false},
      {"https://evil.com?.good.com", false},
      {"https://evil.com#.good.com", false},
      {"https://evil.com\\.good.com", false},
      {"https://evil.com@a.good.com", false},
      {"https://evil.com:80.good.com", false},
      {"https://evil.com:80@a.good.com", false},
      {"https://evil.com, https://a.good.com", false},
      {"https://evil.com https://a.good.com", false},
      {"https://[::1].good.com", false},
      {"https://[.good.com", false},
      {"http://a.dev.local", false},
      {"http://a.dev.local:80", false},
      {"http://a.dev.local:18080", false},
      {"http://dev.local:8080", false},
      {"null", false},
      {"", false},
  };
  for (const list_case& one : cases) {
    EXPECT_EQ(origin_allowed(from_page("our-host", one.origin), list), one.allowed) << one.origin;
  }
}

TEST(OriginTest, PagesOfNoSiteAreLetInOnlyIfListed) {
  for (const std::string listed : {"null", "file://"}) {
    for (const std::string_view origin : {"null", "file://", "http://good.com", ""}) {
      EXPECT_EQ(origin_allowed(from_page("good.com", origin), {listed}), origin == listed)
          << origin << " with " << listed;
    }
  }
}

TEST(OriginTest, LoopbackIsOneHostIfSaidSo) {
  const origin_case cases[] = {
      {"localhost:8081", "http://127.0.0.1:8080", true},
      {"localhost:8081", "http://[::1]:8080", true},
      {"localhost:8081", "https://127.0.0.1", true},
      {"LOCALHOST:8081", "http://127.0.0.1:8080", true},
      {"127.0.0.1:8081", "http://localhost:8080", true},
      {"127.0.0.1:8081", "http://127.255.0.254", true},
      {"127.0.0.1", "http://[::1]", true},
      {"[::1]:8081", "http://localhost:8080", true},
      {"[::1]:8081", "http://127.0.0.1:8080", true},
      {"good.com", "http://good.com", true},  // as without it
      // Pages of others.
      {"localhost:8081", "http://localhost.evil:8080", false},
      {"localhost:8081", "http://evil.localhost:8080", false},
      {"localhost:8081", "http://localhost.:8080", false},
      {"localhost:8081", "http://127.0.0.1.evil", false},
      {"localhost:8081", "http://127.0.0.1.", false},
      {"localhost:8081", "http://127.0.0.1.1", false},
      {"localhost:8081", "http://127.1", false},
      {"localhost:8081", "http://127.0.1", false},
      {"localhost:8081", "http://127", false},
      {"localhost:8081", "http://2130706433", false},
      {"localhost:8081", "http://0x7f.0.0.1", false},
      {"localhost:8081", "http://0x7f000001", false},
      {"localhost:8081", "http://0177.0.0.1", false},
      {"localhost:8081", "http://127.0.0.01", false},
      {"localhost:8081", "http://127.0.0.256", false},
      {"localhost:8081", "http://127.0.0.1000", false},
      {"localhost:8081", "http://127.0.0.", false},
      {"localhost:8081", "http://127.0..1", false},
      {"localhost:8081", "http://127.0.0.a", false},
      {"localhost:8081", "http://128.0.0.1", false},
      {"localhost:8081", "http://0.0.0.0", false},
      {"localhost:8081", "http://[::]", false},
      {"localhost:8081", "http://[::2]", false},
      {"localhost:8081", "http://[::ffff:127.0.0.1]", false},
      {"localhost:8081", "http://[::127.0.0.1]", false},
      {"localhost:8081", "http://[0:0:0:0:0:0:0:1]", false},
      {"localhost:8081", "http://[::1].evil", false},
      {"localhost:8081", "http://127.0.0.1@evil.com", false},
      {"localhost:8081", "http://evil.com@127.0.0.1", false},
      {"localhost:8081", "http://127.0.0.1/", false},
      {"localhost:8081", "http://127.0.0.1:80:80", false},
      {"localhost:8081", "http://evil.com", false},
      {"localhost:8081", "ftp://127.0.0.1", false},
      {"localhost:8081", "file://127.0.0.1", false},
      {"localhost:8081", "file://", false},
      {"localhost:8081", "null", false},
      {"localhost:8081", "", false},
      // Names that somebody lets point here (DNS rebinding).
      {"evil.com:8081", "http://localhost:8080", false},
      {"evil.com:8081", "http://127.0.0.1:8080", false},
      {"localhost.evil:8081", "http://127.0.0.1:8080", false},
      {"127.0.0.1.evil:8081", "http://127.0.0.1:8080", false},
      {"127.1:8081", "http://127.0.0.1:8080", false},
      {"[::ffff:127.0.0.1]:8081", "http://127.0.0.1:8080", false},
      {"192.168.0.1:8081", "http://127.0.0.1:8080", false},
      {"", "http://127.0.0.1:8080", false},
  };
  for (const origin_case& one : cases) {
    EXPECT_EQ(origin_allowed(from_page(one.host, one.origin), {}, true), one.allowed)
        << one.host << " from " << one.origin;
  }
}

TEST(OriginTest, AListCountsThenToo) {
  EXPECT_FALSE(origin_allowed(from_page("localhost:8081", "http://127.0.0.1:8080"),
                              {"http://localhost:8080"}, true));
}

TEST(OriginTest, AStarAdmitsAll) {
  for (const std::string_view origin : {"http://evil.com", "null", "", "file://"}) {
    EXPECT_TRUE(origin_allowed(from_page("good.com", origin), {"https://x.com", "*"})) << origin;
  }
}

TEST(OriginTest, HostsOfOrigins) {
  EXPECT_EQ(host_of_origin("http://a:80"), "a");
  EXPECT_EQ(host_of_origin("https://[::1]:80"), "[::1]");
  EXPECT_FALSE(host_of_origin("null"));
}

}  // namespace
}  // namespace broadcast_hub::wire
