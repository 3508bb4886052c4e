#pragma once

#include "protocol/content.hpp"
#include "protocol/json.hpp"

#include <broadcast_hub/client_events.hpp>
#include <broadcast_hub/publication.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace broadcast_hub::protocol {

/// What a server says, as a client reads it. `id`: of the command that is answered; 0: of none.
/// @{
struct hello_said {
  std::string client_id;
  std::chrono::milliseconds ping{0};       ///< 0: it does not ping
  std::chrono::milliseconds retry_min{0};  ///< bounds of the back-off; both 0: it does not say
  std::chrono::milliseconds retry_max{0};
  std::uint64_t max_message_bytes = 0;  ///< that it takes; 0: it does not say

  /// So long every topic knows the keys of publications; nothing: it does not say.
  std::optional<std::chrono::milliseconds> window;
};

struct subscribed_said {
  std::uint64_t id = 0;
  std::string topic;
  std::optional<topic_position> reached;  ///< nothing for patterns
  std::optional<bool> recovered;          ///< only when the client sent a position
  std::string why;                        ///< why not
  std::uint64_t replayed = 0;             ///< stored publications that follow
  bool more = false;                      ///< of a pattern: not all could follow
  bool skips = false;                     ///< gaps are to be expected
};

/// `topic`: the one of several that failed; empty: all of the command.
struct failure_said {
  std::uint64_t id = 0;
  std::string topic;
  std::uint64_t code = 0;  ///< see `error_code`; there may be more
  std::string reason;
  std::chrono::milliseconds retry_after{0};
};

/// Of each kind of command it has members of its own; the others are empty.
struct ok_said {
  std::uint64_t id = 0;
  std::optional<topic_position> at;  ///< of a publication, or the newest of a history
  std::optional<std::chrono::milliseconds> window;  ///< so long its key is known
  std::vector<past_publication> items;              ///< of a history
  bool more = false;                                ///< not all of that had room
  std::vector<client_subscriber> clients;
  std::uint64_t count = 0;  ///< of those who are there
};

struct publication_said {
  std::string topic;
  std::uint64_t offset = 0;
  content data;
};

struct presence_said {
  std::string topic;
  std::vector<client_subscriber> joined;
  std::vector<client_subscriber> left;
  std::uint64_t count = 0;
};

struct unsubscribed_said {
  std::string topic;
  std::uint64_t code = 0;
  std::string reason;
};

struct bye_said {
  std::chrono::milliseconds earliest{0};
  std::chrono::milliseconds latest{0};
};

struct message_said {
  content data;
};

struct ping_said {};

/// A frame of a later protocol.
struct unknown_said {};
/// @}

using server_says =
    std::variant<unknown_said, ping_said, hello_said, bye_said, subscribed_said, failure_said,
                 ok_said, publication_said, presence_said, unsubscribed_said, message_said>;

/// What is wrong with a frame.
struct server_fault {
  std::string reason;
};

/// Reads one frame of a server. Members that are not known are ignored.
///
/// Thread safety: none; it keeps its memory for the next frame.
class server_frame_reader {
 public:
  /// `frame`: text, which is UTF-8.
  std::variant<server_says, server_fault> read(std::string_view frame);

 private:
  /// In the frame itself; in `{"ok":{"items":[{`; in `{"join":[{` and `{"ok":{"clients":{"c1":{`.
  /// How many values a server sends is up to it.
  json_document document_{
      {"d", "msg", "s", "b", {"d", 4}, {"s", 4}, {"b", 4}, {"info", 3}, {"info", 4}},
      std::numeric_limits<std::size_t>::max()};
};

}  // namespace broadcast_hub::protocol
