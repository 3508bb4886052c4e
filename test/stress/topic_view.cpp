#include "topic_view.hpp"

#include "frame_members.hpp"

#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

// What a client that comes for the first time wants of the past.
constexpr const char* first_entry = R"({"last":3})";

[[noreturn]] void fail(const std::string& what, std::string_view frame) {
  throw std::runtime_error(what + ": " + std::string(frame.substr(0, 200)));
}

/// Without the braces of the frame, in which it is the last member.
std::string_view payload_of(std::string_view frame) {
  constexpr std::string_view member = R"(,"d":)";
  const std::size_t at = frame.find(member);
  if (at == std::string_view::npos)
    fail("a publication without JSON", frame);
  frame.remove_prefix(at + member.size());
  frame.remove_suffix(1);
  return frame;
}

}  // namespace

std::string topic_view::entry() const {
  const std::string position =
      epoch_.empty() ? first_entry
                     : R"({"e":")" + epoch_ + R"(","o":)" + std::to_string(offset_) + "}";
  return "\"" + topic_name(topic_) + "\":" + position;
}

void topic_view::on_answer(std::string_view frame) {
  if (live_)
    fail("a second answer", frame);
  live_ = true;
  const std::string_view epoch = part_of(frame, R"("e":")", '"');
  const std::uint64_t reached = number_in(frame, R"("o":)");
  const std::uint64_t replayed = number_in(frame, R"("n":)");
  if (epoch.empty() || replayed > reached)
    fail("an answer without a position", frame);
  counts_.replayed += replayed;
  if (epoch_.empty())
    begin_at(epoch, reached - replayed);
  else
    resume(frame, epoch, reached - replayed, reached);
}

void topic_view::resume(std::string_view frame, std::string_view epoch, std::uint64_t begin,
                        std::uint64_t reached) {
  if (frame.find(R"("rec":true)") != std::string_view::npos) {
    if (epoch != epoch_ || begin != offset_)
      fail("recovered, but not from offset " + std::to_string(offset_), frame);
    ++counts_.recovered;
    return;
  }
  const std::string_view why = part_of(frame, R"("rec":false,"why":")", '"');
  if (begin != reached)
    fail("publications behind \"rec\":false", frame);
  if ((why == "epoch") != (epoch != epoch_) || (epoch == epoch_ && reached < offset_))
    fail("the reason is not the right one at offset " + std::to_string(offset_), frame);
  if (why == "gap" && topic_ == short_topic)
    ++counts_.gap_on_short_topic;
  if (why == "epoch")
    ++counts_.other_epoch;
  else if (why == "gap")
    ++counts_.gap;
  else if (why == "limit")
    ++counts_.limit;
  else
    fail("no word on whether all follow", frame);
  begin_at(epoch, reached);
}

void topic_view::begin_at(std::string_view epoch, std::uint64_t offset) {
  if (epoch != epoch_)
    life_ = 0;
  epoch_ = epoch;
  offset_ = offset;
  numbers_.reset();
}

void topic_view::on_publication(std::string_view frame) {
  if (!live_)
    fail("a publication before the answer", frame);
  const std::uint64_t offset = number_in(frame, R"("o":)");
  if (offset != offset_ + 1) {
    fail(std::string(offset <= offset_ ? "a duplicate" : "a silent gap") + ", offset " +
             std::to_string(offset) + " where " + std::to_string(offset_ + 1) + " was due",
         frame);
  }
  const publication_mark mark = read_payload(payload_of(frame));
  if (mark.topic != topic_ || mark.publisher >= publishers_per_topic)
    fail("a publication of another topic", frame);
  if (life_ != 0 && mark.life != life_)
    fail("a publication of another life of the server", frame);
  life_ = mark.life;
  ++offset_;
  check_number(mark);
  ++counts_.delivered;
}

// Offsets count without gaps and so do both publishers: the number of one and the offset tell how
// many are of the other.
void topic_view::check_number(const publication_mark& mark) {
  if (!numbers_) {
    numbers_.emplace();
    if (mark.number > offset_)
      throw std::runtime_error("offset " + std::to_string(offset_) + " is number " +
                               std::to_string(mark.number));
    (*numbers_)[mark.publisher] = mark.number - 1;
    (*numbers_)[1 - mark.publisher] = offset_ - mark.number;
  }
  std::uint64_t& number = (*numbers_)[mark.publisher];
  if (mark.number != number + 1) {
    throw std::runtime_error("offset " + std::to_string(offset_) + " is number " +
                             std::to_string(mark.number) + " of its publisher where " +
                             std::to_string(number + 1) + " was due");
  }
  ++number;
}

}  // namespace broadcast_hub::stress
