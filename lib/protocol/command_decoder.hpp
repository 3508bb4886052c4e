#pragma once

#include "protocol/command.hpp"
#include "protocol/json.hpp"

#include <cstddef>
#include <string_view>
#include <variant>

namespace broadcast_hub::protocol {

/// Limits of one frame, beside those for all JSON.
struct command_limits {
  std::size_t max_topics = 1000;     ///< in one `sub` or `unsub`
  std::size_t max_key_bytes = 128;   ///< of a `key`
  std::size_t max_json_depth = 512;  ///< of what `d` and `msg` have
};

/// Reads one frame of a client. Members that are not known are ignored; a frame with two commands,
/// or with a member twice, is malformed.
///
/// Thread safety: none; it keeps its memory for the next frame.
class command_decoder {
 public:
  explicit command_decoder(command_limits limits = {}) : limits_(limits) {}

  /// `frame`: text, which is UTF-8.
  std::variant<command, command_fault> decode(std::string_view frame);

 private:
  command_limits limits_;
  json_document document_{"d", "msg", "s", "b"};
};

}  // namespace broadcast_hub::protocol
