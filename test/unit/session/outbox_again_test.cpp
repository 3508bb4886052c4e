// Publications that are sent again, from a topic's history, to somebody who was away.

#include "outbox_fixture.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

topics_options with_histories() {
  topics_options chosen;
  const auto add = [&](const char* name, slow_consumer_policy policy) {
    topic_options kept;
    kept.history.max_publications = 100;
    kept.max_lag_bytes = 1024;
    kept.slow_consumers = policy;
    chosen.rules.push_back({name, kept});
  };
  add("strict", slow_consumer_policy::disconnect);
  add("oldest", slow_consumer_policy::drop_oldest);
  add("latest", slow_consumer_policy::latest);
  return chosen;
}

class OutboxAgainTest : public test::outbox_fixture {
 protected:
  /// Five publications on each topic before anybody comes, of 22 bytes each.
  OutboxAgainTest() : outbox_fixture(with_histories()) {
    for (const char* topic : {"strict", "oldest", "latest"}) {
      for (const char* number : {"1", "2", "3", "4", "5"})
        publish_on(topic, std::string(19, topic[0]) + number);
    }
  }

  void publish_on(const char* topic, const std::string& payload) {
    ASSERT_EQ(shard_.publish(topic, text(payload)).what, outcome::appended);
  }

  /// As a client that has seen those up to an offset. Returns how many are sent again.
  std::uint64_t resume(const char* topic, std::uint64_t since) {
    const std::error_code error = out_.subscribe(topic);
    EXPECT_TRUE(!error || error == errc::already_subscribed);
    const topic::standing at = out_.place_of(topic);
    const auto past = at.in->stored_between(since, at.offset, at.most_again, shard_.now);
    EXPECT_TRUE(past.complete);
    EXPECT_FALSE(past.too_much);
    out_.push_reply(share(text("answer")));
    out_.send_again(topic, past);
    return past.units;
  }

  /// A pattern asks for the newest of its topics. Returns of how many it is sent.
  std::size_t ask_newest(const char* pattern) {
    const std::error_code error = out_.subscribe(pattern);
    EXPECT_TRUE(!error || error == errc::already_subscribed);
    const auto found = out_.newest_of(pattern, {1000, 1 << 20}, shard_.now);
    EXPECT_FALSE(found.more);
    out_.push_reply(share(text("answer")));
    out_.send_again(found);
    return found.found.size();
  }

  static std::string frame(const char* topic, int number) {
    return "text:" + std::string(19, topic[0]) + std::to_string(number);
  }
  static std::vector<std::string> frames(const char* topic, int first, int last) {
    std::vector<std::string> all;
    for (int number = first; number <= last; ++number)
      all.push_back(frame(topic, number));
    return all;
  }

  /// Whether the log that is there now is, once there is much more.
  bool is_let_go(const char* topic) {
    const std::weak_ptr<topic::segment> now =
        shard_.registry.find(topic)->end(topic::lane_kind::raw).at.part;
    for (int i = 0; i < 2000; ++i) {
      publish_on(topic, std::string(100, 'x'));
      if (i % 4 == 0) {
        walk();
        EXPECT_FALSE(out_.enforce_policies(shard_.now));
      }
    }
    return now.expired();
  }

  const topic::tally& count() const { return shard_.reader.count(); }

  static constexpr std::size_t answer_size = 8;
  static constexpr std::size_t frame_size = 22;
};

TEST_F(OutboxAgainTest, TheyComeBehindTheAnswerAndAheadOfWhatIsNew) {
  EXPECT_EQ(resume("strict", 2), 3U);
  publish_on("strict", "new");
  EXPECT_THAT(all_frames(), ElementsAre("text:answer", frame("strict", 3), frame("strict", 4),
                                        frame("strict", 5), "text:new"));
  EXPECT_EQ(count().offered.value(), 4U);
  EXPECT_EQ(delivered(), 4U);
  out_.rest(7);
  publish_on("strict", "newer");
  EXPECT_EQ(all_frames().back(), "text:newer");
}

TEST_F(OutboxAgainTest, AnswersAreAheadOfAllThatIsSentAgain) {
  resume("strict", 4);
  resume("oldest", 4);
  direct("direct");
  EXPECT_THAT(all_frames(), ElementsAre("text:answer", "text:answer", "text:direct",
                                        frame("strict", 5), frame("oldest", 5)));
}

TEST_F(OutboxAgainTest, TheyDoNotFillTheQueue) {
  resume("strict", 0);
  EXPECT_EQ(out_.direct_bytes(), answer_size);
  send_and_block(answer_size + 30);
  direct("direct");
  EXPECT_EQ(out_.direct_bytes(), 8U);
  EXPECT_FALSE(out_.patrol(shard_.now, 0));  // which would find publications in the queue
}

TEST_F(OutboxAgainTest, APongOvertakesAtAnyByte) {
  const std::size_t all = answer_size + 5 * frame_size;
  for (std::size_t cut = 0; cut <= all; ++cut) {
    sent_.clear();
    EXPECT_EQ(resume("strict", 0), 5U);
    send_and_block(cut);
    pong("p");
    std::vector<std::string> found = all_frames();
    const auto pong = std::find(found.begin(), found.end(), "pong:p");
    ASSERT_NE(pong, found.end()) << cut;
    const auto place = static_cast<std::size_t>(pong - found.begin());
    const std::size_t whole = cut < answer_size ? 0 : 1 + (cut - answer_size) / frame_size;
    const bool partly = cut < answer_size ? cut > 0 : (cut - answer_size) % frame_size > 0;
    EXPECT_EQ(place, whole + (partly ? 1 : 0)) << cut;
    found.erase(pong);
    std::vector<std::string> expected = frames("strict", 1, 5);
    expected.insert(expected.begin(), "text:answer");
    EXPECT_THAT(found, ElementsAreArray(expected)) << cut;
  }
}

TEST_F(OutboxAgainTest, AnEndCutsThemShortAtAFrame) {
  resume("strict", 0);
  send_and_block(answer_size + 30);
  cut_short();
  EXPECT_THAT(all_frames(),
              ElementsAre("text:answer", frame("strict", 1), frame("strict", 2), "close:1000"));
  EXPECT_EQ(count().dropped_at_end.value(), 3U);
  EXPECT_EQ(count().offered.value(), delivered() + 3);
}

TEST_F(OutboxAgainTest, ACloseIsBehindThem) {
  resume("strict", 3);
  finish();
  EXPECT_THAT(all_frames(),
              ElementsAre("text:answer", frame("strict", 4), frame("strict", 5), "close:1000"));
}

TEST_F(OutboxAgainTest, ASubscriptionMovesBackAheadOfWhatWaits) {
  resume("strict", 5);
  publish("news");  // which is ahead
  publish_on("strict", std::string(19, 's') + "6");
  publish_on("strict", std::string(19, 's') + "7");
  send_and_block(answer_size + 1);
  EXPECT_EQ(resume("strict", 3), 2U);
  EXPECT_THAT(all_frames(),
              ElementsAre("text:answer", "text:news", "text:answer", frame("strict", 4),
                          frame("strict", 5), frame("strict", 6), frame("strict", 7)));
  EXPECT_EQ(count().offered.value(), delivered());
}

TEST_F(OutboxAgainTest, ASubscriptionMovesAgainWhileItIsMoved) {
  resume("strict", 0);
  send_and_block(answer_size + frame_size + 1);
  EXPECT_EQ(resume("strict", 3), 2U);
  EXPECT_THAT(all_frames(), ElementsAre("text:answer", frame("strict", 1), frame("strict", 2),
                                        "text:answer", frame("strict", 4), frame("strict", 5)));
  EXPECT_EQ(count().dropped_at_end.value(), 3U);
  EXPECT_EQ(count().offered.value(), delivered() + 3);
}

TEST_F(OutboxAgainTest, WhoUnsubscribesGetsNoMoreOfThem) {
  resume("strict", 0);
  resume("oldest", 4);
  send_and_block(2 * answer_size + 1);
  EXPECT_FALSE(out_.unsubscribe("strict"));
  EXPECT_THAT(all_frames(),
              ElementsAre("text:answer", "text:answer", frame("strict", 1), frame("oldest", 5)));
  EXPECT_EQ(count().dropped_at_end.value(), 4U);
}

// Publications on other topics come meanwhile, but none of this one: it is quiet.
TEST_F(OutboxAgainTest, WhoReadsSlowlyGetsThemAll) {
  resume("strict", 0);
  resume("latest", 0);
  for (int byte = 0; byte < 200; ++byte) {
    publish(".");
    out_.unblock();
    send_and_block(1);
    ASSERT_FALSE(out_.patrol(shard_.now, 0));
  }
  const std::vector<std::string> found = all_frames();
  for (const std::string& each : frames("strict", 1, 5))
    EXPECT_EQ(std::count(found.begin(), found.end(), each), 1);
  for (const std::string& each : frames("latest", 1, 5))  // nothing has superseded them
    EXPECT_EQ(std::count(found.begin(), found.end(), each), 1);
}

// It was told that all of it comes, so it is closed, and may resume.
TEST_F(OutboxAgainTest, WhoStallsIsClosedOnceTheLogHasGoneOn) {
  resume("strict", 0);
  send_and_block(answer_size);
  publish_on("strict", std::string(900, 'x'));
  walk();
  EXPECT_FALSE(out_.enforce_policies(shard_.now));  // 5 * 22 + 904 of 1024 bytes
  publish_on("strict", std::string(10, 'x'));
  EXPECT_TRUE(out_.enforce_policies(shard_.now));
}

// Where a policy skips nobody is closed for being slow.
TEST_F(OutboxAgainTest, WhereThePolicySkipsThoseThatAreSentAgainAreSkippedToo) {
  for (const char* topic : {"oldest", "latest"}) {
    const std::uint64_t before = count().dropped_oldest.value();
    resume(topic, 0);
    send_and_block(answer_size);
    publish_on(topic, std::string(900, 'x'));
    walk();
    EXPECT_FALSE(out_.enforce_policies(shard_.now)) << topic;
    EXPECT_EQ(count().dropped_oldest.value(), before) << topic;
    publish_on(topic, "the newest");
    EXPECT_FALSE(out_.enforce_policies(shard_.now)) << topic;
    EXPECT_EQ(count().dropped_oldest.value(), before + 5) << topic;
    EXPECT_EQ(all_frames().back(), "text:the newest") << topic;
    sent_.clear();
  }
}

TEST_F(OutboxAgainTest, MoreThanASubscriberMayBeBehindIsNotSentAgain) {
  publish_on("strict", std::string(1000, 'x'));
  EXPECT_FALSE(out_.subscribe("strict"));
  const topic::standing at = out_.place_of("strict");
  EXPECT_EQ(at.offset, 6U);
  EXPECT_EQ(at.most_again, 1024U);
  EXPECT_TRUE(at.in->stored_between(4, 6, at.most_again, shard_.now).too_much);
  EXPECT_FALSE(at.in->stored_between(5, 6, at.most_again, shard_.now).too_much);
}

// The last one may also be sent in part, and moved to the queue for what it asks for meanwhile.
TEST_F(OutboxAgainTest, WhatIsSentHoldsNothing) {
  for (const std::size_t unsent : {0U, 1U, 21U}) {
    for (const char* topic : {"oldest", "latest"}) {
      for (int i = 0; i < 5; ++i)
        publish_on(topic, std::string(frame_size - 2, 'p'));
      resume(topic, shard_.registry.find(topic)->offset() - 5);
      publish_on(topic, "new");
      send_and_block(answer_size + 5 * frame_size - unsent);
      if (unsent > 0)
        resume("strict", 5);
      EXPECT_TRUE(is_let_go(topic)) << topic << " " << unsent;
      send_all();
      EXPECT_FALSE(out_.unsubscribe(topic));
    }
  }
}

// "news.*" is live only, and has the same publications.
TEST_F(OutboxAgainTest, APatternGoesOnWithoutWhatIsSentAgain) {
  EXPECT_FALSE(out_.subscribe("*"));
  resume("strict", 0);
  send_and_block(answer_size + frame_size + 1);
  publish_on("strict", "new");
  EXPECT_FALSE(out_.unsubscribe("strict"));
  EXPECT_THAT(all_frames(),
              ElementsAre("text:answer", frame("strict", 1), frame("strict", 2), "text:new"));
  EXPECT_EQ(count().dropped_at_end.value(), 3U);
  EXPECT_EQ(count().offered.value(), delivered() + 3);
}

// Else a client would take it for the last one that is sent again for the name, which is not for
// the pattern.
TEST_F(OutboxAgainTest, ThePatternsNewestIsBehindWhatIsSentAgainForANameWhicheverIsAskedFirst) {
  for (const bool pattern_first : {false, true}) {
    std::size_t newest = pattern_first ? ask_newest("*") : 0;
    resume("strict", 3);
    newest += pattern_first ? 0 : ask_newest("*");
    EXPECT_EQ(newest, 3U);
    const std::vector<std::string> found = all_frames();
    EXPECT_EQ(found.size(), 2U + 2U + 3U);
    EXPECT_EQ(found[2], frame("strict", 4));
    EXPECT_EQ(found[3], frame("strict", 5));
    EXPECT_THAT(
        std::vector(found.begin() + 4, found.end()),
        testing::UnorderedElementsAre(frame("strict", 5), frame("oldest", 5), frame("latest", 5)));
    EXPECT_FALSE(out_.unsubscribe("*"));
    EXPECT_FALSE(out_.unsubscribe("strict"));
    sent_.clear();
  }
}

TEST_F(OutboxAgainTest, ThePatternsNewestIsNotSentWhereItIsOnItsWay) {
  EXPECT_EQ(ask_newest("*"), 3U);
  EXPECT_FALSE(out_.subscribe(">"));
  EXPECT_EQ(ask_newest(">"), 0U);  // nor does it grow with each pattern
  send_all();
  send_and_block(0);
  publish_on("strict", "new");
  walk();
  EXPECT_FALSE(out_.unsubscribe(">"));
  EXPECT_EQ(ask_newest(">"), 2U);
  EXPECT_THAT(all_frames(), testing::Contains("text:new"));
}

}  // namespace
}  // namespace broadcast_hub::session
