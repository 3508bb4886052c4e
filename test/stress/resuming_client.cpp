#include "resuming_client.hpp"

#include "frame_members.hpp"

#include <algorithm>
#include <stdexcept>

namespace broadcast_hub::stress {

resuming_client::resuming_client(const std::vector<std::uint64_t>& topics, view_counts& counts,
                                 test::inflater* inflater)
    : inflater_(inflater) {
  views_.reserve(topics.size());
  for (const std::uint64_t topic : topics)
    views_.emplace_back(topic, counts);
}

void resuming_client::begin() {
  stream_.emplace(inflater_);
}

void resuming_client::receive(std::string_view bytes) {
  stream_->receive(bytes, [this](std::string_view frame) { on_text(frame); });
}

std::chrono::milliseconds resuming_client::end(std::mt19937_64& random) {
  stream_.reset();
  subscribing_ = false;
  for (topic_view& each : views_)
    each.on_disconnect();
  const wait_bounds bounds = bye_ ? *bye_ : bounds_before_attempt(attempts_, retry_);
  ++attempts_;
  bye_.reset();
  return chosen_within(bounds, random);
}

bool resuming_client::is_live() const noexcept {
  return std::all_of(views_.begin(), views_.end(),
                     [](const topic_view& each) { return each.is_live(); });
}

std::string resuming_client::subscribe_frame() const {
  std::string frame = R"({"id":1,"sub":{)";
  for (const topic_view& each : views_)
    frame += (&each == views_.data() ? "" : ",") + each.entry();
  return frame += "}}";
}

void resuming_client::on_text(std::string_view frame) {
  if (frame.starts_with(R"({"t":)")) {
    view_of(part_of(frame, R"("t":")", '"')).on_publication(frame);
  } else if (frame.starts_with(R"({"id":1,"sub":)") && frame.find(R"("error":)") == frame.npos) {
    view_of(part_of(frame, R"("sub":")", '"')).on_answer(frame);
    attempts_ = 0;
  } else if (frame == "{}") {
    stream_->send_text("{}");
  } else if (frame.starts_with(R"({"hello":)")) {
    retry_ = bounds_in(frame, R"("retry":)");
    stream_->send_text(subscribe_frame());
    subscribing_ = true;
  } else if (frame.starts_with(R"({"bye":)")) {
    bye_ = bounds_in(frame, R"("after":)");
  } else {
    throw std::runtime_error("an unexpected frame: " + std::string(frame));
  }
}

topic_view& resuming_client::view_of(std::string_view topic) {
  const auto found = std::find_if(views_.begin(), views_.end(), [&](const topic_view& each) {
    return topic_name(each.topic()) == topic;
  });
  if (found == views_.end())
    throw std::runtime_error("a topic that was not asked for: " + std::string(topic));
  return *found;
}

}  // namespace broadcast_hub::stress
