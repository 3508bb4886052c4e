#include <broadcast_hub/error.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <system_error>

namespace broadcast_hub {
namespace {

struct known_error {
  errc code;
  int value;
  condition situation;
};

constexpr known_error known_errors[] = {
    {errc::connection_gone, 1, condition::unavailable},
    {errc::connection_closing, 2, condition::unavailable},
    {errc::invalid_utf8, 3, condition::invalid_input},
    {errc::invalid_close_code, 4, condition::invalid_input},
    {errc::close_reason_too_long, 5, condition::invalid_input},
    {errc::message_too_big, 6, condition::invalid_input},
    {errc::overloaded, 7, condition::overloaded},
    {errc::hub_stopped, 8, condition::unavailable},
    {errc::address_in_use, 9, condition::system},
    {errc::address_not_available, 10, condition::system},
    {errc::permission_denied, 11, condition::system},
    {errc::out_of_resources, 12, condition::system},
    {errc::io_error, 13, condition::system},
    {errc::refused, 19, condition::invalid_input},
    {errc::client_closed, 20, condition::unavailable},
    {errc::outcome_unknown, 21, condition::unavailable},
    {errc::key_conflict, 22, condition::invalid_input},
    {errc::invalid_key, 23, condition::invalid_input},
    {errc::not_for_patterns, 24, condition::invalid_input},
};

constexpr condition all_conditions[] = {condition::overloaded, condition::unavailable,
                                        condition::invalid_input, condition::system};

TEST(ErrorTest, EachErrorMeetsItsConditionAndNoOther) {
  for (const known_error& known : known_errors) {
    const std::error_code error = known.code;
    for (const condition situation : all_conditions) {
      EXPECT_EQ(error == make_error_condition(situation), situation == known.situation)
          << error.message();
    }
  }
}

TEST(ErrorTest, ValuesArePermanent) {
  for (const known_error& known : known_errors) {
    EXPECT_EQ(static_cast<int>(known.code), known.value);
  }
}

TEST(ErrorTest, EachErrorHasItsOwnWords) {
  std::set<std::string> messages;
  for (const known_error& known : known_errors) {
    const std::error_code error = known.code;
    EXPECT_NE(error.message(), "unknown error");
    EXPECT_TRUE(messages.insert(error.message()).second) << error.message();
  }
}

TEST(ErrorTest, EachConditionHasItsOwnWords) {
  std::set<std::string> messages;
  for (const condition situation : all_conditions) {
    const std::string message = make_error_condition(situation).message();
    EXPECT_NE(message, "unknown condition");
    EXPECT_TRUE(messages.insert(message).second) << message;
  }
}

TEST(ErrorTest, UnknownValuesHaveWordsToo) {
  EXPECT_EQ(std::error_code(999, error_category()).message(), "unknown error");
  EXPECT_EQ(std::error_condition(999, condition_category()).message(), "unknown condition");
}

TEST(ErrorTest, CategoriesHaveNames) {
  EXPECT_STREQ(error_category().name(), "broadcast_hub");
  EXPECT_STREQ(condition_category().name(), "broadcast_hub.condition");
}

TEST(ErrorTest, SuccessIsNoError) {
  const std::error_code none;
  EXPECT_FALSE(none);
  for (const condition situation : all_conditions) {
    EXPECT_NE(none, make_error_condition(situation));
  }
}

}  // namespace
}  // namespace broadcast_hub
