#pragma once

#include <broadcast_hub/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace broadcast_hub {

/// A place in a topic, as clients know it: behind the publication with that offset.
struct topic_position {
  std::string epoch;  ///< tells apart the lives of a topic; not to be interpreted
  std::uint64_t offset = 0;

  friend bool operator==(const topic_position& a, const topic_position& b) {
    return a.epoch == b.epoch && a.offset == b.offset;
  }
  friend bool operator!=(const topic_position& a, const topic_position& b) { return !(a == b); }
};

/// What became of a publication.
struct publish_result {
  std::error_code error;     ///< set when nothing was published
  std::uint64_t epoch = 0;   ///< tells apart the lives of a topic: offsets of one are comparable
  std::uint64_t offset = 0;  ///< its place in the topic, counted from 1
  bool duplicate = false;    ///< it was there already under its key; offset is the one that it has

  /// With a key: for so long from the publication the hub knows it, `topic_options::dedup_window`
  /// or less.
  std::chrono::milliseconds window{0};

  /// Connections subscribed at that moment; 0 for a duplicate. For the first publication of a topic
  /// that was not there, whoever has several patterns that match counts for each.
  std::size_t subscribers = 0;

  /// Bytes that the slowest subscriber was behind, as far as its shard knew. See `hub::on_drain`.
  std::uint64_t lag_bytes = 0;

  explicit operator bool() const noexcept { return !error; }
};

/// A past publication.
struct past_publication {
  std::uint64_t offset = 0;
  std::string payload;
  message_kind kind = message_kind::text;
};

/// What `hub::history` found.
struct history_result {
  std::error_code error;
  std::uint64_t epoch = 0;          ///< 0: the hub knows nothing of the topic
  std::uint64_t newest_offset = 0;  ///< of the topic's last publication; 0 when there was none
  bool complete = false;  ///< no publication behind `since` is missing before the first of these
  std::vector<past_publication> publications;  ///< the oldest first
};

}  // namespace broadcast_hub
