#pragma once

#include "protocol/command_decoder.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace broadcast_hub::test {

/// `text 5`, `binary 5`
inline std::string described(const protocol::content& data) {
  return (data.kind == message_kind::text ? "text " : "binary ") + data.bytes;
}

/// ` at k9f2:41`
inline std::string described(const std::optional<protocol::position>& since) {
  return since ? " at " + protocol::to_text(since->epoch) + ":" + std::to_string(since->offset)
               : "";
}

inline std::string described(const protocol::subscribe_command& what) {
  std::string text = "sub";
  for (const auto& one : what.topics) {
    text += " <" + one.topic + described(one.since);
    text += one.last == 0 ? "" : " last " + std::to_string(one.last);
    text += one.presence ? " presence>" : ">";
  }
  return text;
}

inline std::string described(const protocol::unsubscribe_command& what) {
  std::string text = "unsub";
  for (const std::string& topic : what.topics)
    text += " <" + topic + ">";
  return text;
}

inline std::string described(const protocol::publish_command& what) {
  return "pub <" + what.topic + "> " + described(what.data) +
         (what.key.empty() ? "" : " key " + what.key);
}

inline std::string described(const protocol::presence_command& what) {
  return "presence <" + what.topic + ">";
}

inline std::string described(const protocol::history_command& what) {
  return "history <" + what.topic + ">" + described(what.since) +
         (what.last > 0 ? " last " + std::to_string(what.last)
                        : " limit " + std::to_string(what.limit));
}

inline std::string described(const protocol::message_command& what) {
  return "message " + described(what.data);
}

inline std::string described(const protocol::pong_command& /*what*/) {
  return "pong";
}

inline std::string described(const protocol::command& read) {
  return std::to_string(read.id) + " " +
         std::visit([](const auto& what) { return described(what); }, read.what);
}

inline std::string described(const protocol::command_fault& fault) {
  return std::to_string(fault.id) + " error " + std::to_string(static_cast<int>(fault.code)) +
         ": " + fault.reason;
}

/// What a decoder makes of a frame, for example `1 sub <news at k9f2:41> <chat presence>`,
/// `3 pub <chat> text {"a":1} key x`, or `0 error 101: a frame must be an object`.
inline std::string decoded(protocol::command_decoder& decoder, std::string_view frame) {
  return std::visit([](const auto& result) { return described(result); }, decoder.decode(frame));
}

inline std::string decoded(std::string_view frame) {
  protocol::command_decoder decoder;
  return decoded(decoder, frame);
}

/// Frames, and what a decoder makes of each, whether it is new or has read the ones before.
inline void expect_decoded(
    const std::vector<std::pair<std::string_view, std::string_view>>& frames) {
  protocol::command_decoder used;
  for (const auto& [frame, expected] : frames) {
    EXPECT_EQ(decoded(frame), expected) << frame;
    EXPECT_EQ(decoded(used, frame), expected) << frame;
  }
}

}  // namespace broadcast_hub::test
