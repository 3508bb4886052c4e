#include "load_generator/subscribe_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace broadcast_hub::benchmark {
namespace {

std::string answer(std::size_t id, std::size_t topic) {
  return R"({"id":)" + std::to_string(id) + R"(,"sub":"topics.)" + std::to_string(topic) +
         R"(","e":"k9","o":0,"n":0})";
}

class SubscribeCheckTest : public ::testing::Test {
 protected:
  subscribe_check check_{2, 2};
};

TEST_F(SubscribeCheckTest, TakesOneAnswerForEachInAnyOrder) {
  EXPECT_EQ(check_.take(0, answer(2, 2)), "");
  EXPECT_EQ(check_.take(0, answer(1, 1)), "");
  EXPECT_EQ(check_.take(1, answer(1, 1)), "");
  EXPECT_EQ(check_.answered(), 3U);
}

TEST_F(SubscribeCheckTest, FindsAnAnswerThatComesTwice) {
  EXPECT_EQ(check_.take(0, answer(1, 1)), "");
  EXPECT_EQ(check_.take(0, answer(1, 1)).find("got an answer twice"), 0U);
}

TEST_F(SubscribeCheckTest, FindsAnAnswerAboutAnotherTopicOrCommand) {
  EXPECT_EQ(check_.take(0, answer(1, 2)).find("got a wrong answer"), 0U);
  EXPECT_EQ(check_.take(0, answer(3, 3)).find("got a wrong answer"), 0U);
  EXPECT_EQ(check_.answered(), 0U);
}

TEST_F(SubscribeCheckTest, FindsARefusal) {
  const std::string refusal =
      R"({"id":1,"sub":"topics.1","error":{"code":107,"reason":"too many"}})";
  EXPECT_NE(check_.take(0, refusal).find("instead of an answer"), std::string::npos);
}

}  // namespace
}  // namespace broadcast_hub::benchmark
