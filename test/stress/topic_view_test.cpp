// What the other tests rely on: a view takes notice of everything that a server must not do.

#include "topic_view.hpp"

#include "numbered_payload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace broadcast_hub::stress {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string publication(std::uint64_t offset, const publication_mark& mark) {
  return R"({"t":")" + topic_name(mark.topic) + R"(","o":)" + std::to_string(offset) + R"(,"d":)" +
         write_payload(mark) + "}";
}

/// A view that has got five publications, the last of which is the third of publisher 1.
class TopicViewTest : public testing::Test {
 protected:
  TopicViewTest() {
    view_.on_answer(R"({"id":1,"sub":"t7","e":"k9f2","o":4,"n":0})");
    view_.on_publication(publication(5, {1, 7, 1, 3}));
  }

  void resume(const std::string& answer) {
    view_.on_disconnect();
    view_.on_answer(R"({"id":1,"sub":"t7",)" + answer + "}");
  }

  auto fails_with(const std::string& words) {
    return ThrowsMessage<std::runtime_error>(HasSubstr(words));
  }

  view_counts counts_;
  topic_view view_{7, counts_};
};

TEST_F(TopicViewTest, GoesOnWhereItWas) {
  EXPECT_EQ(view_.entry(), R"("t7":{"e":"k9f2","o":5})");
  resume(R"("e":"k9f2","o":7,"rec":true,"n":2)");
  view_.on_publication(publication(6, {1, 7, 0, 3}));
  view_.on_publication(publication(7, {1, 7, 1, 4}));
  EXPECT_EQ(view_.offset(), 7U);
  EXPECT_EQ(counts_.delivered, 3U);
  EXPECT_EQ(counts_.recovered, 1U);
}

TEST_F(TopicViewTest, BeginsAnewWhenItIsTold) {
  resume(R"("e":"k9f3","o":2,"rec":false,"why":"epoch","n":0)");
  view_.on_publication(publication(3, {2, 7, 0, 1}));
  EXPECT_EQ(counts_.other_epoch, 1U);
}

TEST_F(TopicViewTest, SeesGapsAndDuplicates) {
  EXPECT_THAT(
      [&] {
        view_.on_publication(publication(5, {1, 7, 1, 3}));
      },
      fails_with("a duplicate, offset 5 where 6 was due"));
  EXPECT_THAT(
      [&] {
        view_.on_publication(publication(7, {1, 7, 1, 4}));
      },
      fails_with("a silent gap, offset 7 where 6 was due"));
}

TEST_F(TopicViewTest, SeesGapsThatOffsetsHide) {
  EXPECT_THAT(
      [&] {
        view_.on_publication(publication(6, {1, 7, 1, 5}));
      },
      fails_with("number 5 of its publisher where 4 was due"));
}

TEST_F(TopicViewTest, SeesPayloadsThatNobodyPublished) {
  std::string frame = publication(6, {1, 7, 1, 4});
  frame.insert(frame.size() - 3, "y");
  EXPECT_THAT([&] { view_.on_publication(frame); }, fails_with("nobody published"));
  EXPECT_THAT(
      [&] {
        view_.on_publication(publication(6, {2, 7, 1, 4}));
      },
      fails_with("another life"));
}

TEST_F(TopicViewTest, SeesAnswersThatDoNotFitItsPosition) {
  EXPECT_THAT([&] { resume(R"("e":"k9f2","o":7,"rec":true,"n":3)"); },
              fails_with("recovered, but not from offset 5"));
  EXPECT_THAT([&] { resume(R"("e":"k9f3","o":7,"rec":true,"n":2)"); },
              fails_with("recovered, but not from offset 5"));
  EXPECT_THAT([&] { resume(R"("e":"k9f2","o":4,"rec":false,"why":"gap","n":0)"); },
              fails_with("not the right one"));
  EXPECT_THAT([&] { resume(R"("e":"k9f2","o":7,"n":0)"); }, fails_with("no word"));
}

}  // namespace
}  // namespace broadcast_hub::stress
