#include "load_generator/recovery_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace broadcast_hub::benchmark {
namespace {

const std::string recovered = R"({"id":1,"sub":"default","e":"k9","o":12,"rec":true,"n":2})";
const std::string eleventh = R"({"t":"default","o":11,"s":"a"})";
const std::string twelfth = R"({"t":"default","o":12,"s":"b"})";
const std::string thirteenth = R"({"t":"default","o":13,"s":"c"})";

class RecoveryCheckTest : public ::testing::Test {
 protected:
  recovery_check check_{2, {eleventh, twelfth}};
};

TEST_F(RecoveryCheckTest, WantsTheAnswerThenAllThatWasMissedThenWhatIsLive) {
  for (const std::size_t client : {0U, 1U}) {
    EXPECT_EQ(check_.take(client, recovered), "");
    EXPECT_EQ(check_.take(client, eleventh), "");
    EXPECT_EQ(check_.complete(), client);
    EXPECT_EQ(check_.take(client, twelfth), "");
  }
  EXPECT_EQ(check_.complete(), 2U);
  check_.begin_again();
  check_.add_live(thirteenth);
  EXPECT_EQ(check_.take(0, thirteenth), "");
  EXPECT_EQ(check_.complete(), 1U);
}

TEST_F(RecoveryCheckTest, FindsThatNothingWasRecovered) {
  EXPECT_EQ(
      check_.take(0, R"({"id":1,"sub":"default","e":"k9","o":12,"rec":false,"why":"gap","n":0})"),
      "was not recovered: gap");
}

TEST_F(RecoveryCheckTest, FindsAnAnswerThatPromisesTooLittle) {
  EXPECT_EQ(check_.take(0, R"({"id":1,"sub":"default","e":"k9","o":12,"rec":true,"n":1})"),
            "was promised 1 publications, not 2");
}

TEST_F(RecoveryCheckTest, FindsAPublicationInFrontOfTheAnswer) {
  EXPECT_EQ(check_.take(0, eleventh), "got '" + eleventh + "' instead of an answer");
}

TEST_F(RecoveryCheckTest, FindsWhatIsLeftOutDoubledOrChanged) {
  EXPECT_EQ(check_.take(0, recovered), "");
  EXPECT_EQ(check_.take(0, twelfth), "expected '" + eleventh + "' but got '" + twelfth + "'");
  EXPECT_EQ(check_.take(0, eleventh), "");
  EXPECT_EQ(check_.take(0, eleventh), "expected '" + twelfth + "' but got '" + eleventh + "'");
  const std::string again = R"({"t":"default", "o":12,"s":"b"})";
  EXPECT_EQ(check_.take(0, again), "expected '" + twelfth + "' but got '" + again + "'");
}

TEST_F(RecoveryCheckTest, FindsOneTooMany) {
  for (const std::string& frame : {recovered, eleventh, twelfth}) {
    EXPECT_EQ(check_.take(0, frame), "");
  }
  EXPECT_EQ(check_.take(0, thirteenth), "got one frame too many: '" + thirteenth + "'");
}

}  // namespace
}  // namespace broadcast_hub::benchmark
