#include "session_fixture.hpp"

#include <cstdint>
#include <string>

// Rule 1 of docs/reference/protocol.md for patterns, also beside names.

namespace broadcast_hub {
namespace {

class SessionPatternsTest : public test::session_fixture {
 protected:
  client_publication_handler heard(const std::string& by) {
    return [this, by](const client_publication& what) {
      record.add(by + " " + std::string(what.topic) + " " + std::to_string(what.offset));
    };
  }
};

TEST_F(SessionPatternsTest, HearsThroughPatterns) {
  open();
  subscribe("a.*");
  say(R"({"id":1,"sub":"a.*"})");
  EXPECT_EQ(record.take(), (lines{R"(> {"id":1,"sub":{"a.*":{}}})", "subscribed a.* first"}));
  publication(5, "a.x");
  publication(9, "a.x");
  publication(1, "b.x");
  EXPECT_EQ(record.take(), (lines{"a.x 5 5", "a.x 9 9"}));
}

TEST_F(SessionPatternsTest, GivesEachOnceToEverySubscription) {
  open();
  session.subscribe("a.x", {}, [this](const client_publication&) { record.add("by name"); });
  session.subscribe("a.*", {}, [this](const client_publication&) { record.add("by pattern"); });
  subscribe(">");
  subscribe("*.x");
  say(R"({"id":1,"sub":"a.x","e":"k","o":10,"n":0})");
  say(R"({"id":2,"sub":"a.*"})");
  say(R"({"id":3,"sub":">"})");
  say(R"({"id":4,"sub":"*.x"})");
  record.take();
  publication(11, "a.x");
  publication(11, "a.x");
  EXPECT_EQ(record.take(), (lines{"by name", "by pattern", "a.x 11 11"}));
}

TEST_F(SessionPatternsTest, PatternsDoNotGetWhatANameIsSentAgain) {
  open();
  session.subscribe("a.x", {{}, 5}, [this](const client_publication&) { record.add("by name"); });
  subscribe("a.*");
  say(R"({"id":2,"sub":"a.*"})");
  say(R"({"id":1,"sub":"a.x","e":"k","o":10,"n":1})");
  record.take();
  publication(10, "a.x");
  publication(11, "a.x");
  EXPECT_EQ(record.take(), (lines{"by name", "by name", "a.x 11 11"}));
}

// Once what was on its way to a connection that was behind was taken for sent again, and was lost.
TEST_F(SessionPatternsTest, GetWhatIsOnItsWayBehindAPositionAhead) {
  open();
  subscribe("a.*");
  say(R"({"id":1,"sub":"a.*"})");
  publication(92, "a.0");
  subscribe("a.0", {topic_position{"k", 107}});
  say(R"({"id":2,"sub":"a.0","e":"k","o":107,"rec":true,"n":0})");
  record.take();
  lines expected;
  for (std::uint64_t offset = 93; offset <= 108; ++offset) {
    publication(offset, "a.0");
    expected.push_back("a.0 " + std::to_string(offset) + " " + std::to_string(offset));
  }
  EXPECT_EQ(record.take(), expected);
}

TEST_F(SessionPatternsTest, BeginWithTheNewestOfEachTopic) {
  open();
  subscribe("a.*", {{}, 1});
  EXPECT_EQ(record.take(), lines{R"(> {"id":1,"sub":{"a.*":{"last":1}}})"});
  say(R"({"id":1,"sub":"a.*","n":2,"more":true})");
  publication(50, "a.x");
  publication(7, "a.y");
  publication(51, "a.x");
  EXPECT_EQ(record.take(),
            (lines{"subscribed a.* first and more", "a.x 50 50", "a.y 7 7", "a.x 51 51"}));
  reopen();
  EXPECT_EQ(record.take(), (lines{"open", R"(> {"id":2,"sub":{"a.*":{"last":1}}})"}));
  say(R"({"id":2,"sub":"a.*","n":1})");
  publication(2, "a.x");
  EXPECT_EQ(record.take(), (lines{"subscribed a.* pattern", "a.x 2 2"}))
      << "the numbering may have begun anew meanwhile";
}

TEST_F(SessionPatternsTest, GetEachNewestOnceWhenTheyOverlap) {
  open();
  session.subscribe("a.*", {}, heard("live"));
  session.subscribe("*.x", {{}, 1}, heard("newest"));
  subscribe("a.x");
  subscribe(">", {{}, 1});
  say(R"({"id":1,"sub":"a.*"})");
  say(R"({"id":3,"sub":"a.x","e":"k","o":49,"n":0})");
  record.take();
  publication(50, "a.x");
  EXPECT_EQ(record.take(), (lines{"a.x 50 50", "live a.x 50"}));
  session.subscribe("a.>", {{}, 1}, heard("late"));
  say(R"({"id":2,"sub":"*.x","n":1})");
  say(R"({"id":4,"sub":">","n":1})");
  say(R"({"id":5,"sub":"a.>","n":1})");
  record.take();
  publication(50, "a.x");
  publication(50, "a.x");
  publication(50, "a.x");
  EXPECT_EQ(record.take(), (lines{"newest a.x 50", "late a.x 50"}));
}

// Once it heard what came for another pattern, and then that it began: who loads its state at the
// beginning put older over newer.
TEST_F(SessionPatternsTest, HearNothingBeforeTheyBegin) {
  open();
  subscribe("a.>");
  say(R"({"id":1,"sub":"a.>"})");
  session.subscribe("a.*", {}, heard("late"));
  record.take();
  publication(1, "a.x");
  say(R"({"id":2,"sub":"a.*"})");
  publication(2, "a.x");
  EXPECT_EQ(record.take(), (lines{"a.x 1 1", "subscribed a.* first", "late a.x 2", "a.x 2 2"}));
  reopen();
  record.take();
  say(R"({"id":3,"sub":"a.>"})");
  publication(3, "a.x");
  say(R"({"id":3,"sub":"a.*"})");
  EXPECT_EQ(record.take(), (lines{"subscribed a.> pattern", "a.x 3 3", "subscribed a.* pattern"}));
}

// Once everything of a topic that had begun anew was taken for heard.
TEST_F(SessionPatternsTest, ForgetWhatTheyHeardWhenNobodyHearsIt) {
  open();
  subscribe("a.*");
  subscribe("b.*");
  subscribe("a.y");
  say(R"({"id":1,"sub":"a.*"})");
  say(R"({"id":2,"sub":"b.*"})");
  say(R"({"id":3,"sub":"a.y","e":"k","o":4,"n":0})");
  publication(5, "a.x");
  publication(5, "a.y");
  publication(5, "b.x");
  session.unsubscribe("a.*");
  subscribe("a.*");
  say(R"({"id":5,"sub":"a.*"})");
  record.take();
  publication(1, "a.x");
  publication(5, "a.y");
  publication(5, "b.x");
  EXPECT_EQ(record.take(), lines{"a.x 1 1"}) << "the others were heard all the time";
  session.subscribe("a.*", {}, heard("own"));
  session.unsubscribe("a.y");
  subscribe("a.*");
  record.take();
  publication(1, "a.x");
  publication(1, "a.y");
  EXPECT_EQ(record.take(), (lines{"a.x 1 1", "a.y 1 1"}));
}

TEST_F(SessionPatternsTest, GetTheNewestAlsoWhereANameHasItAlready) {
  open();
  session.subscribe("a.x", {{}, 1}, heard("name"));
  say(R"({"id":1,"sub":"a.x","e":"k","o":50,"n":1})");
  publication(50, "a.x");
  session.subscribe("a.*", {{}, 1}, heard("pattern"));
  say(R"({"id":2,"sub":"a.*","n":1})");
  record.take();
  publication(50, "a.x");
  EXPECT_EQ(record.take(), lines{"pattern a.x 50"});
}

}  // namespace
}  // namespace broadcast_hub
