#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace broadcast_hub::presence {

/// Somebody who may be there: a connection, and who stands behind it.
struct client {
  std::string id;    ///< of the connection
  std::string user;  ///< empty: anonymous
  std::string info;
};

/// Who is there on one topic, and what has changed since it was told last.
///
/// A user with several connections is there once, under the id of the first. A user whose last
/// connection has left stays until the grace time has passed, so that a reconnect is no change; an
/// anonymous client leaves at once, because nobody could tell that it came back.
///
/// Thread safety: none.
class presence_set {
 public:
  explicit presence_set(duration grace) : grace_(grace) {}
  presence_set(const presence_set&) = delete;
  presence_set& operator=(const presence_set&) = delete;

  /// One that has joined.
  class member {
   private:
    friend class presence_set;

    client who_;
    std::size_t connections_ = 0;
    time_point gone_at_{};    // without connections: when it is not there any more
    bool told_ = false;       // others know that it is there
    bool unsettled_ = false;  // it is in the chain
    member* next_unsettled_ = nullptr;
    const std::string* key_ = nullptr;
  };

  /// The result is there until it is given to `leave`. If it throws, for want of memory, nobody has
  /// joined.
  member& join(const client& who);

  /// One connection of it ends. Needs no memory.
  void leave(member& who, time_point now) noexcept;

  struct changes {
    std::vector<client> joined;
    std::vector<client> left;
    std::size_t count = 0;  ///< of those who are there now

    bool any() const noexcept { return !joined.empty() || !left.empty(); }
  };

  /// What is to be told: those who joined or left since the last `settle`, but not who came and
  /// went in between.
  changes to_tell(time_point now) const;

  /// It has been told, at the same moment.
  void settle(time_point now) noexcept;

  /// Those who are there, in no order; at most `most`.
  std::vector<client> list(std::size_t most) const;
  std::size_t count() const noexcept { return members_.size(); }
  bool empty() const noexcept { return members_.empty(); }

  /// `to_tell` may have something, now or once a grace time has passed.
  bool unsettled() const noexcept { return first_unsettled_ != nullptr; }

 private:
  static bool is_gone(const member& who, time_point now) noexcept {
    return who.connections_ == 0 && now >= who.gone_at_;
  }
  void unsettle(member& who) noexcept;

  duration grace_;
  std::unordered_map<std::string, member> members_;  // its nodes do not move
  member* first_unsettled_ = nullptr;
};

}  // namespace broadcast_hub::presence
