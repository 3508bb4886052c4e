// Publications that tell their offset, and that are sent again.

#include "topic/topic.hpp"
#include "units.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic {
namespace {

using namespace std::chrono_literals;
using outcome = topic::append_result::outcome;
using test::texts_of;
using test::unit_of;

/// Units as `test::unit_of` makes them, with "name#offset" in front of the rest.
std::string start_of(std::string_view name) {
  return std::string(name) + "#";
}

std::size_t write_head(char* out, std::string_view start, std::uint64_t offset, std::size_t rest,
                       bool deflated) noexcept {
  const std::string text = (deflated ? "z:" : "") + std::string(start) + std::to_string(offset);
  const auto size = static_cast<std::uint32_t>(test::smallest_unit + text.size() + rest);
  std::memcpy(out, &size, sizeof size);
  std::memcpy(out + sizeof size, text.data(), text.size());
  return sizeof size + text.size();
}

class NumberedTest : public testing::Test {
 protected:
  NumberedTest() {
    environment_.format.number_start = &start_of;
    environment_.format.write_head = &write_head;
    options_.history.max_publications = 3;
  }

  topic& the() {
    if (!topic_)
      topic_ = std::make_shared<topic>("news", options_, 77, 0, environment_);
    return *topic_;
  }

  topic::append_result append(const std::string& text, std::string_view key = {}) {
    const std::string raw = unit_of(text);
    encoded publication = test::raw_only(raw);
    publication.number_rest = {" ", text};
    publication.deflated_number_rest = {text};
    publication.made.set();
    if (!key.empty())
      publication.key = keys_.name("news", {}, key, message_kind::text, text);
    return the().append(publication, now_);
  }

  static std::vector<std::string> texts(const topic::stored& stored) {
    if (stored.units == 0)
      return {};
    std::string bytes;
    for (const log_piece& piece : stored.at.pieces(stored.end))
      bytes.append(piece.data, piece.size);
    return texts_of(bytes);
  }

  std::vector<std::string> between(std::uint64_t since, std::uint64_t until) {
    const topic::stored found = the().stored_between(since, until, ample, now_);
    EXPECT_TRUE(found.complete);
    EXPECT_EQ(found.units, until - since);
    return texts(found);
  }

  using list = std::vector<std::string>;
  static constexpr std::uint64_t ample = 1'000'000;

  time_point now_{100h};
  memory_budget budget_{10'000'000};
  recent_keys keys_{1'000'000};
  std::deque<inbox> inboxes_{3};
  topic_options options_;
  topic_environment environment_{3, 1'000'000, &test::unit_size_of, budget_, keys_, inboxes_};
  std::shared_ptr<topic> topic_;
};

TEST_F(NumberedTest, EachLaneHasItsOwnUnits) {
  the().attach(lane_kind::numbered, 0);
  the().attach(lane_kind::deflated_numbered, 1);
  append("one");
  append("two");
  const auto read = [&](lane_kind lane, std::size_t reader) {
    cursor at = the().claim(lane, reader).start;
    std::string bytes;
    for (const log_piece& piece : at.pieces(the().end(lane).at.position))
      bytes.append(piece.data, piece.size);
    return texts_of(bytes);
  };
  EXPECT_EQ(read(lane_kind::numbered, 0), (list{"news#1 one", "news#2 two"}));
  EXPECT_EQ(read(lane_kind::deflated_numbered, 1), (list{"z:news#1one", "z:news#2two"}));
}

TEST_F(NumberedTest, NobodyIsAskedForAnEncodingThatNobodyReads) {
  options_.history.max_publications = 0;
  EXPECT_EQ(the().append(test::raw_only(unit_of("x")), now_).what, outcome::appended);
  the().attach(lane_kind::numbered, 0);
  const auto refused = the().append(test::raw_only(unit_of("x")), now_);
  EXPECT_EQ(refused.what, outcome::needs_more);
  EXPECT_TRUE(refused.wanted.test(index_of(lane_kind::numbered)));
  EXPECT_FALSE(refused.wanted.test(index_of(lane_kind::deflated_numbered)));
}

TEST_F(NumberedTest, WhatIsStoredIsSentAgainAsItWas) {
  for (const char* text : {"one", "two", "three", "four"})
    append(text);
  EXPECT_EQ(between(1, 4), (list{"news#2 two", "news#3 three", "news#4 four"}));
  EXPECT_EQ(between(2, 3), (list{"news#3 three"}));
  EXPECT_EQ(between(4, 4), list{});
}

TEST_F(NumberedTest, WhatIsGoneIsNotSentAgainInPart) {
  for (const char* text : {"one", "two", "three", "four"})
    append(text);
  EXPECT_FALSE(the().stored_between(0, 4, ample, now_).complete);
  EXPECT_EQ(the().stored_between(0, 4, ample, now_).units, 0U);
  EXPECT_FALSE(the().stored_between(5, 4, ample, now_).complete);  // never published
  EXPECT_TRUE(the().stored_between(4, 2, ample, now_).complete);   // but this was
  EXPECT_EQ(the().stored_between(4, 2, ample, now_).units, 0U);
  // Nothing is asked of what is gone.
  EXPECT_TRUE(the().stored_between(1, 1, ample, now_).complete);
  EXPECT_TRUE(the().stored_between(1, 0, ample, now_).complete);
}

TEST_F(NumberedTest, TheLastOnesAreThoseThatAreThere) {
  EXPECT_EQ(the().stored_before(0, 10, ample, now_).units, 0U);
  for (const char* text : {"one", "two", "three", "four"})
    append(text);
  EXPECT_EQ(texts(the().stored_before(4, 2, ample, now_)), (list{"news#3 three", "news#4 four"}));
  EXPECT_EQ(texts(the().stored_before(4, 99, ample, now_)).size(), 3U);
  EXPECT_EQ(texts(the().stored_before(3, 1, ample, now_)), (list{"news#3 three"}));
  EXPECT_EQ(the().stored_before(4, 0, ample, now_).units, 0U);
  EXPECT_EQ(the().stored_before(1, 5, ample, now_).units, 0U);  // all before it is gone
}

TEST_F(NumberedTest, WithoutHistoryOnlyThePresentIsComplete) {
  options_.history.max_publications = 0;
  append("one");
  EXPECT_TRUE(the().stored_between(1, 1, ample, now_).complete);
  EXPECT_FALSE(the().stored_between(0, 1, ample, now_).complete);
  EXPECT_TRUE(the().stored_between(0, 0, ample, now_).complete);  // it is on its way
}

TEST_F(NumberedTest, NoMoreThanMayBeSentIsTaken) {
  for (const char* text : {"one", "two", "three"})
    append(text);
  const std::uint64_t two = 14;    // "news#2 two" with its size in front
  const std::uint64_t three = 16;  // the same
  EXPECT_FALSE(the().stored_between(1, 3, two + three, now_).too_much);
  const topic::stored refused = the().stored_between(1, 3, two + three - 1, now_);
  EXPECT_TRUE(refused.complete && refused.too_much);
  EXPECT_EQ(refused.units, 0U);
  EXPECT_FALSE(the().stored_between(3, 3, 0, now_).too_much);
  EXPECT_EQ(the().stored_before(3, 3, two + three, now_).units, 2U);
  EXPECT_EQ(the().stored_before(3, 3, two + three - 1, now_).units, 1U);
  EXPECT_EQ(the().stored_before(3, 3, three - 1, now_).units, 0U);
}

TEST_F(NumberedTest, AReadHasNoMoreThanThereIsRoomFor) {
  for (const char* text : {"one", "two", "three"})
    append(text);
  const std::uint64_t two = 14;
  const std::uint64_t three = 16;
  const auto read = [&](std::uint64_t since, std::size_t limit, std::uint64_t most) {
    const topic::past past = the().read_history(since, limit, most, now_);
    EXPECT_EQ(past.newest, 3U);
    return std::to_string(past.units.size()) + (past.cut_off ? ", cut off" : "");
  };
  EXPECT_EQ(read(0, 9, ample), "3");
  EXPECT_EQ(read(1, 9, two + three), "2");
  EXPECT_EQ(read(1, 9, two + three - 1), "1, cut off");
  EXPECT_EQ(read(1, 1, two), "1");
  EXPECT_EQ(read(1, 1, two - 1), "0, cut off");
  EXPECT_EQ(read(1, 0, 0), "0");
  EXPECT_EQ(read(3, 9, 0), "0");
  EXPECT_EQ(read(9, 9, 0), "0");
}

TEST_F(NumberedTest, TheLastOfManyAreFoundByTheirBytes) {
  options_.history.max_publications = 1000;
  for (int i = 0; i < 1000; ++i)
    append("same");
  for (const std::uint64_t most : {0U, 1U, 100U, 5'000U, 10'000U}) {
    const std::uint64_t units = the().stored_before(1000, 1000, most, now_).units;
    EXPECT_FALSE(the().stored_between(1000 - units, 1000, most, now_).too_much) << most;
    EXPECT_TRUE(the().stored_between(999 - units, 1000, most, now_).too_much) << most;
  }
  EXPECT_EQ(the().stored_before(1000, 1000, ample, now_).units, 1000U);
}

TEST_F(NumberedTest, TheNewestOfAHistoryAreRead) {
  for (const char* text : {"one", "two", "three", "four"})  // three are kept
    append(text);
  const auto offsets = [&](std::size_t count, std::uint64_t most) {
    std::vector<std::uint64_t> found;
    for (const past_unit& each : the().read_newest(count, most, now_).units)
      found.push_back(each.offset);
    return found;
  };
  EXPECT_EQ(offsets(2, ample), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(offsets(9, ample), (std::vector<std::uint64_t>{2, 3, 4}));
  const std::uint64_t one = the().read_newest(1, ample, now_).units.front().frame.size;
  EXPECT_EQ(offsets(9, one), (std::vector<std::uint64_t>{4}));
  EXPECT_TRUE(the().read_newest(9, one, now_).cut_off);
  EXPECT_FALSE(the().read_newest(3, ample, now_).cut_off);
  EXPECT_EQ(offsets(1, one - 1), std::vector<std::uint64_t>{});
}

TEST_F(NumberedTest, WhereOnlyTheNewestCountsItIsKeptWithoutAHistory) {
  options_.slow_consumers = slow_consumer_policy::latest;
  options_.history = {};
  for (const char* text : {"one", "two", "three"})
    append(text);
  EXPECT_EQ(texts(the().stored_before(3, 1, ample, now_)), (list{"news#3 three"}));
  EXPECT_FALSE(the().stored_between(1, 3, ample, now_).complete);
  EXPECT_EQ(texts(the().stored_between(2, 3, ample, now_)), (list{"news#3 three"}));
  EXPECT_FALSE(the().history_ages());
}

// It lay in a segment that was large because much was published before.
TEST_F(NumberedTest, TheNewestThatIsKeptHoldsNoLargeSegment) {
  options_.slow_consumers = slow_consumer_policy::latest;
  options_.history = {};
  for (int i = 0; i < 200; ++i)
    append(std::string(100, 'x'));
  append("last");
  for (int i = 0; i < 3; ++i)
    the().sweep(now_, std::chrono::hours(1));
  EXPECT_LT(budget_.used(), 1500U);
  EXPECT_EQ(texts(the().stored_before(201, 1, ample, now_)), (list{"news#201 last"}));
  for (int i = 0; i < 20; ++i)
    append("next " + std::to_string(i));
  EXPECT_EQ(texts(the().stored_before(221, 1, ample, now_)), (list{"news#221 next 19"}));
}

TEST_F(NumberedTest, TheNewestThatIsKeptDoesNotKeepTheTopic) {
  options_.slow_consumers = slow_consumer_policy::latest;
  options_.history = {};
  append("one");
  EXPECT_FALSE(the().sweep(now_, std::chrono::minutes(1)).retired);
  now_ += std::chrono::seconds(59);
  EXPECT_FALSE(the().sweep(now_, std::chrono::minutes(1)).retired);
  now_ += std::chrono::seconds(2);
  EXPECT_TRUE(the().sweep(now_, std::chrono::minutes(1)).retired);
}

TEST_F(NumberedTest, ThePastSurvivesManySegments) {
  options_.history.max_publications = 500;
  for (int i = 1; i <= 500; ++i)
    append(std::string(100, 'x') + std::to_string(i));
  const list all = between(0, 500);
  ASSERT_EQ(all.size(), 500U);
  for (int i = 1; i <= 500; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_EQ(all[static_cast<std::size_t>(i) - 1],
              "news#" + number + " " + std::string(100, 'x') + number);
  }
}

TEST_F(NumberedTest, ARetryIsKnownByItsKey) {
  EXPECT_EQ(append("one", "k1").offset, 1U);
  const auto again = append("one", "k1");
  EXPECT_EQ(again.what, outcome::duplicate);
  EXPECT_EQ(again.offset, 1U);
  EXPECT_EQ(append("two", "k2").offset, 2U);
  EXPECT_EQ(append("two").offset, 3U);
  now_ += options_.dedup_window;
  EXPECT_EQ(append("one", "k1").offset, 1U);
  now_ += 1ms;
  EXPECT_EQ(append("one", "k1").offset, 4U);
}

// Else a retry after a second was published twice while logs took most of their memory.
TEST_F(NumberedTest, KeysAreKeptWhateverTheLogsTake) {
  append("one");
  budget_.take(8'000'000);
  ASSERT_TRUE(budget_.tight());
  for (int i = 0; i < 1000; ++i)
    append("text", "key " + std::to_string(i));
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(append("text", "key " + std::to_string(i)).what, outcome::duplicate) << i;
  budget_.give_back(8'000'000);
}

TEST_F(NumberedTest, AKnownKeyWithOtherContentIsAConflict) {
  EXPECT_EQ(append("one", "k1").offset, 1U);
  const auto other = append("two", "k1");
  EXPECT_EQ(other.what, outcome::conflict);
  EXPECT_EQ(other.offset, 0U);
  EXPECT_EQ(the().offset(), 1U);
  const publication_key known = keys_.name("news", {}, "k1", message_kind::text, "one");
  EXPECT_EQ(the().known_as(known, now_).what, outcome::duplicate);
  EXPECT_EQ(the().known_as(known, now_).offset, 1U);
  const publication_key fresh = keys_.name("news", {}, "k2", message_kind::text, "one");
  EXPECT_EQ(the().known_as(fresh, now_).what, outcome::appended);
}

TEST_F(NumberedTest, TellsHowLongAKeyIsKnown) {
  EXPECT_EQ(append("one").window, 0ms);
  EXPECT_EQ(append("one", "k1").window, options_.dedup_window);
  now_ += 1s;
  EXPECT_EQ(append("one", "k1").window, options_.dedup_window);
  for (int i = 0; i < 10'000; ++i)
    append("one", "more " + std::to_string(i));
  now_ += 1s;
  EXPECT_LT(append("one", "last").window, 2s);
}

TEST_F(NumberedTest, WithoutAWindowKeysSayNothing) {
  options_.dedup_window = 0ms;
  EXPECT_EQ(append("one", "k1").offset, 1U);
  EXPECT_EQ(append("one", "k1").offset, 2U);
}

TEST_F(NumberedTest, AKeyThatStillCountsKeepsTheTopic) {
  options_.history.max_publications = 0;
  append("one", "k1");
  EXPECT_FALSE(the().sweep(now_ + 1min, 30s).retired);
  EXPECT_FALSE(the().sweep(now_ + 2min, 30s).retired);
  EXPECT_FALSE(the().sweep(now_ + 2min + 1ms, 30s).retired);
  EXPECT_TRUE(the().sweep(now_ + 3min, 30s).retired);
}

}  // namespace
}  // namespace broadcast_hub::topic
