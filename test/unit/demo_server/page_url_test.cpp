#include "page_url.hpp"

#include <gtest/gtest.h>

namespace demo {
namespace {

TEST(PageUrlTest, NamesTheWebSocketPortOnlyWhereThePageWouldNotLook) {
  EXPECT_EQ(page_url("localhost", 8080, 8081), "http://localhost:8080/");
  EXPECT_EQ(page_url("localhost", 8080, default_ws_port), "http://localhost:8080/");
  EXPECT_EQ(page_url("localhost", 80, 8082), "http://localhost:80/?ws=8082");
  EXPECT_EQ(page_url("localhost", 8081, 8080), "http://localhost:8081/?ws=8080");
}

TEST(PageUrlTest, NamesAHostThatABrowserCanGoTo) {
  EXPECT_EQ(page_url("0.0.0.0", 8080, 8081), "http://localhost:8080/");
  EXPECT_EQ(page_url("::", 8080, 8081), "http://localhost:8080/");
  EXPECT_EQ(page_url("127.0.0.1", 8080, 8081), "http://127.0.0.1:8080/");
  EXPECT_EQ(page_url("::1", 8080, 9000), "http://[::1]:8080/?ws=9000");
}

}  // namespace
}  // namespace demo
