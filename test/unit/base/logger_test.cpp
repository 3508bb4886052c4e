#include "base/logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace broadcast_hub {
namespace {

using testing::ElementsAre;

constexpr log_level all_levels[] = {log_level::trace, log_level::debug, log_level::info,
                                    log_level::warn,  log_level::error, log_level::off};

class LoggerTest : public testing::Test {
 protected:
  logger logger_at(log_level threshold) {
    log_options options;
    options.level = threshold;
    options.sink = [this](const log_record& record) {
      lines_.emplace_back(record.text);
      levels_.push_back(record.level);
      serials_.push_back(record.connection.serial);
    };
    return logger(options);
  }

  std::vector<std::string> lines_;
  std::vector<log_level> levels_;
  std::vector<std::uint32_t> serials_;
};

TEST_F(LoggerTest, LinesFromTheThresholdOnReachTheSink) {
  for (const log_level threshold : all_levels) {
    const logger log = logger_at(threshold);
    levels_.clear();
    std::vector<log_level> expected;
    for (const log_level level : all_levels) {
      const bool wanted = level >= threshold && level != log_level::off;
      EXPECT_EQ(log.enabled(level), wanted) << to_string(threshold) << " " << to_string(level);
      log.log(level, "line");
      if (wanted) {
        expected.push_back(level);
      }
    }
    EXPECT_EQ(levels_, expected) << to_string(threshold);
  }
}

TEST_F(LoggerTest, PartsAreJoined) {
  logger_at(log_level::info).log(log_level::warn, "port ", 8081, " of ", std::string("host"));
  EXPECT_THAT(lines_, ElementsAre("port 8081 of host"));
  EXPECT_THAT(serials_, ElementsAre(0U));
}

TEST_F(LoggerTest, ALineKnowsItsConnection) {
  connection_id id;
  id.serial = 17;
  logger_at(log_level::info).write(log_level::info, id, "opened");
  EXPECT_THAT(lines_, ElementsAre("opened"));
  EXPECT_THAT(serials_, ElementsAre(17U));
}

TEST_F(LoggerTest, AThrowingSinkIsIgnored) {
  log_options options;
  int calls = 0;
  options.sink = [&calls](const log_record&) {
    ++calls;
    throw std::runtime_error("disk full");
  };
  const logger log(options);
  EXPECT_NO_THROW(log.log(log_level::error, "first"));
  EXPECT_NO_THROW(log.write(log_level::error, {}, "second"));
  EXPECT_EQ(calls, 2);
}

TEST_F(LoggerTest, WithoutASinkNothingIsEnabled) {
  const logger log{log_options{}};
  for (const log_level level : all_levels) {
    EXPECT_FALSE(log.enabled(level));
  }
  EXPECT_NO_THROW(log.log(log_level::error, "nobody listens"));
}

TEST_F(LoggerTest, LevelsHaveNames) {
  std::vector<std::string_view> names;
  for (const log_level level : all_levels) {
    names.push_back(to_string(level));
  }
  EXPECT_THAT(names, ElementsAre("trace", "debug", "info", "warn", "error", "off"));
}

TEST_F(LoggerTest, AnIdIsShownAsItsSerial) {
  connection_id id;
  id.serial = 4000000000U;
  id.slot = 3;
  EXPECT_EQ(to_string(id), "4000000000");
}

}  // namespace
}  // namespace broadcast_hub
