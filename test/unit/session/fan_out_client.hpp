#pragma once

#include "fan_out_reference.hpp"
#include "session/outbox.hpp"

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::session::test {

inline constexpr std::size_t topic_count = 7;
inline constexpr std::array<const char*, topic_count> topics{"a.x",   "a.y", "b.x", "b.y",
                                                             "b.z.w", "c",   "d"};
using reference_topics = std::array<reference_topic, topic_count>;

std::string text_of(std::span<const iovec> pieces);

/// One client: what it is subscribed to, what it should get, and whether it does.
struct client {
  client(topic::reader& reader, std::uint32_t slot, topic::lane_kind which,
         const reference_topics& all)
      : lane(which), reference(all) {
    out.join_topics(reader, slot, which);
  }

  bool wants(std::size_t topic) const;

  std::size_t untouchable(std::size_t topic) const {
    return expected[topic].untouchable(partial == topic);
  }

  /// The partly sent publication goes to the connection's own queue.
  void move_partial() {
    if (partial)
      expected[*partial].move_partial(true);
  }

  /// All that was published until now does.
  void move_all();

  /// Publications that are not sent yet.
  std::size_t waiting() const;

  /// One frame of a server; `topic` is `topic_count` for what is no publication.
  struct frame {
    std::size_t topic = topic_count;
    std::uint64_t number = 0;
    bool direct = false;
  };

  frame read(std::string_view bytes) const;

  /// The first `sent` of some bytes arrive. Returns how many publications that completes.
  std::uint64_t receive(std::string_view bytes, std::size_t sent);

  std::string unexpected(const frame& one) const;

  /// A policy has looked at it: what is gone must be what the policy says. Returns how many.
  std::uint64_t learn_dropped(std::size_t topic, std::uint64_t offered, time_point now);

  /// It has to be closed.
  bool is_too_slow(std::size_t topic, std::uint64_t offered, time_point now) const;

  /// It may be: that depends on how far the log counts the partly sent frame and the walk under
  /// way.
  bool may_be_too_slow(std::size_t topic, time_point now) const;

  /// It has read everything.
  void check_complete() const;

  /// Publications of a topic that the connection holds, the one first that is partly sent.
  std::vector<std::uint64_t> outstanding(std::size_t topic) const;

  const topic::lane_kind lane;
  const reference_topics& reference;
  outbox out;
  std::set<std::string> subscriptions;
  std::array<expectation, topic_count> expected;
  std::optional<std::size_t> partial;  // the topic of the publication that is partly sent
  std::string tail;                    // the first bytes of the frame that is
  std::uint64_t directs = 0;
  std::uint64_t directs_received = 0;
  std::uint64_t visited_by = 0;  // the walk that visited it last
  bool ended = false;
};

}  // namespace broadcast_hub::session::test
