#include "load_generator/presence_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace broadcast_hub::benchmark {
namespace {

const std::string one = R"({"t":"crowd","join":[{"cid":"c1","user":"u1"}],"n":1})";
const std::string all = R"({"t":"crowd","n":3})";

class PresenceCheckTest : public ::testing::Test {
 protected:
  presence_check check_{"crowd", 3};
};

TEST_F(PresenceCheckTest, KnowsWhoHasHeardOfAll) {
  EXPECT_EQ(check_.take(0, one), "");
  EXPECT_EQ(check_.complete(), 0U);
  for (const std::size_t client : {0U, 1U, 2U}) {
    EXPECT_EQ(check_.take(client, all), "");
  }
  EXPECT_EQ(check_.complete(), 3U);
  EXPECT_EQ(check_.frames(), 2U);
}

TEST_F(PresenceCheckTest, FindsAFrameLeftOut) {
  const std::string two = R"({"t":"crowd","join":[{"cid":"c2","user":"u2"}],"n":2})";
  for (const std::string& frame : {one, two, all}) {
    EXPECT_EQ(check_.take(0, frame), "");
  }
  EXPECT_EQ(check_.take(1, one), "");
  EXPECT_EQ(check_.take(1, all).find("expected '" + two.substr(0, 20)), 0U);
}

TEST_F(PresenceCheckTest, FindsAFrameThatComesTwice) {
  EXPECT_EQ(check_.take(0, all), "");
  EXPECT_NE(check_.take(0, all), "");
}

TEST_F(PresenceCheckTest, FindsAUserWhoJoinsTwice) {
  EXPECT_EQ(check_.take(0, one), "");
  EXPECT_EQ(check_.take(0, R"({"t":"crowd","join":[{"cid":"c9","user":"u1"}],"n":2})")
                .find("got no right frame about presence"),
            0U);
}

TEST_F(PresenceCheckTest, FindsANumberThatDoesNotFitTheNames) {
  EXPECT_EQ(check_.take(0, R"({"t":"crowd","join":[{"cid":"c1","user":"u1"}],"n":2})"),
            "was told that 2 of 3 are there, after 0 and with 1 named");
}

TEST_F(PresenceCheckTest, FindsSomebodyWhoLeavesAndOtherTopics) {
  for (const char* const wrong :
       {R"({"t":"crowd","leave":[{"cid":"c1","user":"u1"}],"n":1})", R"({"t":"other","n":1})",
        R"({"t":"crowd"})", R"({"t":"crowd","n":4})", "[1]", "{"}) {
    EXPECT_EQ(check_.take(0, wrong).find("got no right frame about presence"), 0U) << wrong;
  }
}

}  // namespace
}  // namespace broadcast_hub::benchmark
