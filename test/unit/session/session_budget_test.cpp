#include "session_fixture.hpp"

#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

using namespace broadcast_hub::test;
using testing::ElementsAre;

/// Many connections of one shard that send half a message each.
class SessionBudgetTest : public test::session_fixture {
 protected:
  SessionBudgetTest() {
    options_.limits.max_message_bytes = 1000;
    options_.limits.max_partial_bytes = 3000;
    peer();
  }

  void half_message(session& from) {
    std::string bytes = client_frame_header(opcode::binary, 1000) + std::string(10, 'x');
    std::size_t consumed = 0;
    from.receive(bytes.data(), bytes.size(), consumed, now_);
  }

  std::unique_ptr<session> another() {
    auto made = std::make_unique<session>(*context_, now_);
    std::string bytes = plain_request;
    std::size_t consumed = 0;
    made->receive(bytes.data(), bytes.size(), consumed, now_);
    made->take_request();
    made->open({}, now_);
    return made;
  }
};

TEST_F(SessionBudgetTest, HalfMessagesCountWhileTheyAreHeld) {
  open();
  receive(client_fragment(opcode::text, std::string(500, 'x')));
  EXPECT_GE(context_->partial_bytes, 500U);
  receive(client_frame(opcode::continuation, "end"));
  EXPECT_EQ(context_->partial_bytes, 0U);
}

TEST_F(SessionBudgetTest, AWholeMessageNeverCounts) {
  open();
  receive(client_frame(opcode::text, std::string(1000, 'x')));
  EXPECT_EQ(context_->partial_bytes, 0U);
}

TEST_F(SessionBudgetTest, AConnectionThatGoesGivesBackItsShare) {
  auto other = another();
  half_message(*other);
  EXPECT_GE(context_->partial_bytes, 1000U);
  other.reset();
  EXPECT_EQ(context_->partial_bytes, 0U);
}

TEST_F(SessionBudgetTest, WhoWouldPassTheBudgetIsClosedWith1013) {
  std::vector<std::unique_ptr<session>> others;
  others.push_back(another());
  others.push_back(another());
  for (const auto& other : others) {
    half_message(*other);
    EXPECT_EQ(other->now_in(), phase::open);
  }
  open();
  receive(client_frame_header(opcode::binary, 1000) + "x");
  EXPECT_EQ(peer().now_in(), phase::draining);
  EXPECT_THAT(sent_frames(), ElementsAre("close:1013 too many half-received messages"));
  EXPECT_EQ(last_action_, action::end_sending);
  EXPECT_EQ(ending(), "1013 too many half-received messages");
  EXPECT_EQ(peer().ended_by(), cause::overload);
  EXPECT_EQ(others[0]->now_in(), phase::open);
}

// Whoever was closed once kept its half message until the end, so there was no budget.
TEST_F(SessionBudgetTest, WhoIsClosedHoldsNothingAnyMore) {
  std::vector<std::unique_ptr<session>> others;
  for (int i = 0; i < 50; ++i) {
    others.push_back(another());
    half_message(*others.back());
    half_message(*others.back());
    ASSERT_LE(context_->partial_bytes, options_.limits.max_partial_bytes);
  }
}

TEST_F(SessionBudgetTest, WhoIsClosingAnywayIsNotLetOff) {
  std::vector<std::unique_ptr<session>> others;
  for (int i = 0; i < 50; ++i) {
    others.push_back(another());
    others.back()->close(close_code::normal, "bye", now_);
    half_message(*others.back());
    ASSERT_LE(context_->partial_bytes, options_.limits.max_partial_bytes);
    ASSERT_EQ(others.back()->ending().code, close_code::normal);
  }
}

}  // namespace
}  // namespace broadcast_hub::session
