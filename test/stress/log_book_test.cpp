#include "log_book.hpp"

#include "protocol/position.hpp"

#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

// What would be a fault of the client or of the hub is one for the book.

namespace broadcast_hub::stress {
namespace {

constexpr std::uint64_t first_of_clients = 2;

class LogBookTest : public testing::Test {
 protected:
  LogBookTest() { begin_life(); }

  void begin_life() {
    hub_options options;
    options.topics.defaults.history.max_publications = 100;
    hub_ = std::make_unique<hub>(options);
    epoch_.clear();
  }

  /// A publication of a client that the hub has.
  publication_mark publish(std::uint64_t number) {
    const publication_mark mark = marked(number);
    const publish_result result = hub_->publish(topic_name(1), write_payload(mark));
    epoch_ = protocol::to_text(result.epoch);
    return mark;
  }

  static publication_mark marked(std::uint64_t number) { return {0, 1, first_of_clients, number}; }
  void note(std::uint64_t number, std::uint64_t offset) {
    book_.note(marked(number), epoch_, offset);
  }
  void answer(std::uint64_t number, std::uint64_t offset) {
    book_.note_answer(marked(number), {epoch_, offset});
  }
  void seal() { book_.seal(*hub_, 1); }

  log_book book_{first_of_clients};
  std::unique_ptr<hub> hub_;
  std::string epoch_;
};

TEST_F(LogBookTest, TakesWhatAgrees) {
  publish(1);
  publish(2);
  note(1, 1);
  answer(2, 2);
  EXPECT_EQ(book_.epoch_of(marked(1)), epoch_);
  seal();
  answer(1, 1);  // which came late
  book_.check_all_sealed();
  EXPECT_EQ(book_.in_logs(), 2U);
}

TEST_F(LogBookTest, FindsAnotherPublicationInAPlace) {
  publish(1);
  note(1, 1);
  EXPECT_THROW(note(2, 1), std::runtime_error);
  EXPECT_THROW(answer(2, 1), std::runtime_error);
}

TEST_F(LogBookTest, FindsPlacesThatTheLogSaysOtherwise) {
  publish(1);
  note(2, 1);
  EXPECT_THROW(seal(), std::runtime_error);
}

TEST_F(LogBookTest, FindsPlacesBehindTheLog) {
  publish(1);
  note(2, 2);
  EXPECT_THROW(seal(), std::runtime_error);
}

TEST_F(LogBookTest, FindsLatePlacesBehindTheLog) {
  publish(1);
  seal();
  EXPECT_THROW(answer(2, 2), std::runtime_error);
}

TEST_F(LogBookTest, FindsWhatIsPublishedTwice) {
  publish(1);
  publish(1);
  EXPECT_THROW(seal(), std::runtime_error);
}

TEST_F(LogBookTest, FindsAnswersThatComeTwice) {
  publish(1);
  answer(1, 1);
  EXPECT_THROW(answer(1, 1), std::runtime_error);
}

TEST_F(LogBookTest, FindsDisorder) {
  publish(2);
  publish(1);
  EXPECT_THROW(seal(), std::runtime_error);
}

TEST_F(LogBookTest, CountsWhatWasPublishedAgainWithoutAnswer) {
  publish(1);
  seal();
  begin_life();
  publish(1);
  seal();
  answer(1, 1);
  EXPECT_EQ(book_.again(), 1U);
  EXPECT_EQ(book_.in_logs(), 2U);
}

TEST_F(LogBookTest, FindsWhatWasPublishedAgainInSpiteOfAnAnswer) {
  publish(1);
  answer(1, 1);
  seal();
  begin_life();
  publish(1);
  EXPECT_THROW(seal(), std::runtime_error);
}

TEST_F(LogBookTest, FindsEpochsThatNoHubHad) {
  publish(1);
  book_.note(marked(1), "0", 1);
  seal();
  EXPECT_THROW(book_.check_all_sealed(), std::runtime_error);
}

}  // namespace
}  // namespace broadcast_hub::stress
