#include "load_generator/presence_check.hpp"

#include "load_generator/socket.hpp"
#include "protocol/value_reader.hpp"

#include <algorithm>

namespace broadcast_hub::benchmark {

using node = protocol::json_document::value;

std::string presence_check::take(std::size_t client, std::string_view frame) {
  const std::size_t place = place_of(client, frame);
  if (place == frames_.size()) {
    if (std::string fault = read(frame); !fault.empty()) {
      return fault;
    }
  } else if (frames_[place].text != frame) {
    return "expected " + quoted(frames_[place].text) + " but got " + quoted(frame);
  }
  next_[client] = place + 1;
  complete_ += frames_[place].present == next_.size() ? 1 : 0;
  return {};
}

std::size_t presence_check::place_of(std::size_t client, std::string_view frame) const {
  if (next_[client] > 0) {
    return next_[client];
  }
  const auto known = std::find_if(frames_.begin(), frames_.end(),
                                  [frame](const told& each) { return each.text == frame; });
  return static_cast<std::size_t>(known - frames_.begin());
}

std::string presence_check::read(std::string_view frame) {
  std::uint64_t present = 0;
  std::size_t named = 0;
  if (!read_members(frame, present, named)) {
    return "got no right frame about presence: " + quoted(frame);
  }
  const std::size_t before = frames_.empty() ? 0 : frames_.back().present;
  if (present <= before || present > next_.size() || (named > 0 && present != before + named)) {
    return "was told that " + std::to_string(present) + " of " + std::to_string(next_.size()) +
           " are there, after " + std::to_string(before) + " and with " + std::to_string(named) +
           " named";
  }
  frames_.push_back({std::string(frame), static_cast<std::size_t>(present)});
  return {};
}

bool presence_check::read_members(std::string_view frame, std::uint64_t& present,
                                  std::size_t& named) {
  if (!document_.parse(frame).empty() ||
      document_.values().front().what != protocol::json_document::kind::object) {
    return false;
  }
  bool has_topic = false;
  bool has_count = false;
  const auto take = [&](const node& key, const node& value) {
    const std::string_view name = document_.text_of(key);
    if (name == "t") {
      return has_topic = document_.text_of(value) == topic_;
    }
    if (name == "n") {
      const auto count = protocol::integer_in(value, {0, next_.size()});
      present = count.value_or(0);
      return has_count = count.has_value();
    }
    return name == "join" && note_joined(value, named);
  };
  return document_.each_member(document_.values().front(), take) && has_topic && has_count;
}

bool presence_check::note_joined(const node& list, std::size_t& named) {
  return document_.each_element(list, [&](const node& joined) {
    bool fresh = false;
    document_.each_member(joined, [&](const node& key, const node& value) {
      if (document_.text_of(key) == "user") {
        fresh = users_.emplace(document_.text_of(value)).second;
      }
      return true;
    });
    ++named;
    return fresh;
  });
}

}  // namespace broadcast_hub::benchmark
