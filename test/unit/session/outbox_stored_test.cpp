// Frames of a log that are sent again, in a queue that others overtake and cut short.

#include "outbox_fixture.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

using testing::ElementsAre;

class OutboxStoredTest : public test::outbox_fixture {
 protected:
  /// Five frames of 22 bytes in two pieces.
  OutboxStoredTest() {
    for (const char* name : {"1", "2", "3", "4", "5"})
      bytes_ += text(std::string(19, 's') + name);
    const auto block = std::make_shared<char[]>(bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), block.get());
    log_ = block;
    pieces_ = {{block, block.get(), 66}, {block, block.get() + 66, 44}};
  }

  void answer() {
    out_.draw_line();
    out_.append_reply(share(text("answer")));
    out_.append_stored(pieces_);
    pieces_.clear();
  }

  std::string bytes_;
  std::weak_ptr<char[]> log_;
  std::vector<topic::log_piece> pieces_;
};

TEST_F(OutboxStoredTest, TheyComeBehindWhatWasPublishedAndTheAnswer) {
  publish("before");
  answer();
  publish("behind");
  const std::vector<std::string> frames = all_frames();
  ASSERT_EQ(frames.size(), 8U);
  EXPECT_EQ(frames[0], "text:before");
  EXPECT_EQ(frames[1], "text:answer");
  EXPECT_EQ(frames[2], "text:" + std::string(19, 's') + "1");
  EXPECT_EQ(frames[7], "text:behind");
  EXPECT_EQ(delivered(), 2U);
  EXPECT_EQ(out_.direct_cost(), 0U);
}

TEST_F(OutboxStoredTest, APongOvertakesAtAnyByte) {
  const std::size_t all = 8 + bytes_.size();
  for (std::size_t cut = 0; cut <= all; ++cut) {
    sent_.clear();
    pieces_ = {{std::make_shared<char[]>(1), bytes_.data(), 66},
               {std::make_shared<char[]>(1), bytes_.data() + 66, 44}};
    answer();
    EXPECT_EQ(out_.direct_bytes(), all);
    send_and_block(cut);
    pong("p");
    const std::vector<std::string> frames = all_frames();
    ASSERT_EQ(frames.size(), 7U) << cut;
    EXPECT_EQ(std::count(frames.begin(), frames.end(), "pong:p"), 1) << cut;
    EXPECT_EQ(frames.back() == "pong:p", cut > all - 22) << cut;
    ASSERT_EQ(out_.direct_cost(), 0U) << cut;
  }
}

TEST_F(OutboxStoredTest, AnEndCutsThemShortAtAFrame) {
  answer();
  send_and_block(8 + 30);
  cut_short();
  EXPECT_THAT(all_frames(), ElementsAre("text:answer", "text:" + std::string(19, 's') + "1",
                                        "text:" + std::string(19, 's') + "2", "close:1000"));
  EXPECT_EQ(out_.direct_cost(), 0U);
  EXPECT_TRUE(log_.expired());
}

// Else somebody who never reads would keep the log for ever.
TEST_F(OutboxStoredTest, AStalledPeerLetsGoOfTheLog) {
  answer();
  send_and_block(8 + 30);
  EXPECT_FALSE(log_.expired());
  EXPECT_FALSE(out_.patrol(shard_.now, 1'000'000));
  EXPECT_TRUE(log_.expired());
  EXPECT_EQ(all_frames().size(), 6U);
}

}  // namespace
}  // namespace broadcast_hub::session
