#pragma once

#include "protocol/content.hpp"
#include "protocol/error_code.hpp"
#include "protocol/position.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace broadcast_hub::protocol {

/// What a client may ask for; each is one member of its frame.
/// @{
struct subscribe_command {
  struct entry {
    std::string topic;
    std::optional<position> since;  ///< `e` and `o`: the last publication that it has seen
    std::size_t last = 0;           ///< past publications to begin with
    bool presence = false;
    bool operator==(const entry&) const = default;
  };
  std::vector<entry> topics;  ///< in the order of the frame
};

struct unsubscribe_command {
  std::vector<std::string> topics;
};

struct publish_command {
  std::string topic;
  content data;
  std::string key;  ///< empty: none
};

struct presence_command {
  std::string topic;
};

struct history_command {
  std::string topic;
  std::optional<position> since;  ///< nothing: from the oldest that is kept
  std::size_t limit = 100;
  std::size_t last = 0;  ///< else so many of the newest, and neither of the above
};

/// For the application, as what a client without protocol sends.
struct message_command {
  content data;
};

struct pong_command {};
/// @}

struct command {
  std::uint64_t id = 0;  ///< 0: no reply is wanted
  std::variant<pong_command, subscribe_command, unsubscribe_command, publish_command,
               presence_command, history_command, message_command>
      what;
};

/// Why a frame is no command.
struct command_fault {
  std::uint64_t id = 0;  ///< 0: it has none, or none that can be read
  error_code code = error_code::malformed;
  std::string reason;       ///< names the member, its value and what it must be
  bool of_content = false;  ///< the frame is a command, but what it carries is refused
};

}  // namespace broadcast_hub::protocol
