#pragma once

#include "base/clock.hpp"

#include <broadcast_hub/topic_options.hpp>

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
/// connection has left stays until the grace time has passed, so that a reconnect is no change. The
/// latest connection's info counts: when it is another one, the user joins once more, under the id
/// that it had. An anonymous client leaves at once, because nobody could tell that it came back.
/// Who is there is settled now and then, so everybody stays until the next time at least.
///
/// Thread safety: none.
class presence_set {
 public:
  /// `options` outlives it.
  explicit presence_set(const presence_options& options) : options_(options) {}
  presence_set(const presence_set&) = delete;
  presence_set& operator=(const presence_set&) = delete;

  /// One that has joined.
  class member {
   private:
    friend class presence_set;

    client who_;
    std::size_t connections_ = 0;
    time_point gone_at_{};    // without connections: when it is not there any more
    bool told_ = false;       // others have been told that it is there
    bool listed_ = false;     // or somebody has seen it in a list
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
    bool any = false;
    std::size_t count = 0;  ///< of those who are there now

    /// Nobody is named when they, or those who are there, are more than `max_named`.
    std::vector<client> joined;
    std::vector<client> left;
  };

  /// What is to be told: those who joined or left since the last `settle`, but not who came and
  /// went in between without being listed.
  changes to_tell(time_point now) const;

  /// It has been told, at the same moment.
  void settle(time_point now) noexcept;

  /// Those who are there, in no order, unless they are more than `max_named`. That they leave will
  /// be told, also of those whose joining will not.
  std::vector<client> list();
  std::size_t count() const noexcept { return members_.size(); }
  bool empty() const noexcept { return members_.empty(); }

  /// `to_tell` may have something, now or once a grace time has passed.
  bool unsettled() const noexcept { return first_unsettled_ != nullptr; }

 private:
  static bool is_gone(const member& who, time_point now) noexcept {
    return who.connections_ == 0 && now >= who.gone_at_;
  }
  static bool is_news(const member& who, time_point now) noexcept {
    return is_gone(who, now) ? who.told_ || who.listed_ : !who.told_;
  }
  static void take_over(member& who, std::string info) noexcept;
  void unsettle(member& who) noexcept;

  const presence_options& options_;
  std::unordered_map<std::string, member> members_;  // its nodes do not move
  member* first_unsettled_ = nullptr;
};

}  // namespace broadcast_hub::presence
