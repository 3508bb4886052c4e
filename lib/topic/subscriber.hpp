#pragma once

#include "topic/fan_out.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic {

/// The name or pattern that somebody subscribed to.
std::string_view name_of(const member_list& list) noexcept;

/// One connection's part in all topics. Most of the time it has nothing but its memberships: only
/// a connection that is behind, or ahead, of the others of a topic has a cursor of its own there.
///
/// Thread safety: none; it belongs to its shard. It does not move while it has memberships.
class subscriber {
 public:
  struct membership {
    member_list* list;
    std::uint32_t index;  ///< its place in the list
  };

  struct own_cursor {
    fan_out* from;
    cursor at;
    std::uint64_t end = 0;  ///< position up to which publications were offered
    std::uint64_t end_offset = 0;
    bool reported = false;     ///< the application knows that it is slow
    bool parked = false;       ///< `end` is where the topic's walks are, whatever it says here
    bool stale = false;        ///< older than may be, and kept all the same: it is the newest
    bool again = false;        ///< in the topic's history, up to an end that stays where it is
    bool for_pattern = false;  ///< which asked for the newest: then it is sent again for no name

    std::uint64_t units() const noexcept { return end_offset - at.offset; }
    std::uint64_t bytes() const noexcept { return end - at.position; }

    /// All of it is sent or given up.
    void finish() noexcept;
  };

  /// Cursors in the order in which they are sent.
  struct trail {
    std::vector<own_cursor> cursors;
    std::size_t first = 0;           ///< those before it have nothing to send
    std::uint32_t sent_of_unit = 0;  ///< bytes sent of the unit at the first cursor
  };

  subscriber() = default;
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;

  /// @name What was offered and not sent
  /// @{
  bool pending() const noexcept;
  std::uint64_t pending_units() const noexcept;
  std::uint64_t pending_bytes() const noexcept;

  /// Some of it is sent again.
  bool catches_up() const noexcept;

  /// The first unit is partly sent.
  bool mid_unit() const noexcept { return behind && behind->sent_of_unit > 0; }
  std::uint32_t sent_of_unit() const noexcept { return behind ? behind->sent_of_unit : 0; }

  /// All of the partly sent unit.
  log_piece partial_unit() const;

  /// The partly sent unit has been moved elsewhere.
  void pass_partial_unit();

  enum class scope : std::uint8_t { everything, partial_unit, behind_partial_unit };

  /// Fills `out` with what is to be sent next, the partly sent unit first; returns the number of
  /// entries used.
  std::size_t gather(std::span<iovec> out, scope wanted) const;

  /// `sent` more bytes went out; returns the number of units that this completed.
  std::uint64_t advance(std::size_t sent);

  /// It takes nothing more for now: its topics may have to tell publishers.
  void note_lag() const noexcept;

  /// Everything, to be moved elsewhere. Requires that no unit is partly sent.
  std::vector<log_piece> pieces() const;

  /// All of `pieces()` has been moved.
  void pass_pieces() noexcept;
  /// @}

  /// @name For the reader
  /// @{

  /// Puts those with nothing to send behind the others, so that any may get more.
  void line_up() noexcept;
  const membership* find(const member_list& list) const noexcept;
  const membership* find(std::string_view name) const noexcept;

  std::uint32_t slot = 0;
  lane_kind lane = lane_kind::raw;
  std::vector<membership> memberships;
  std::unique_ptr<trail> behind;
  /// @}

 private:
  template <typename Measure>
  std::uint64_t pending(Measure measure) const noexcept;
};

/// Up to which publication of a topic somebody has been sent, or been given up to: the next one
/// that he is sent is the one behind it.
struct standing {
  std::shared_ptr<topic> in;
  std::uint64_t offset = 0;
  std::uint64_t most_again = 0;  ///< bytes that he may be sent again
};

/// Somebody has fallen behind.
struct slow_report {
  std::uint32_t slot;
  std::shared_ptr<topic> from;
  std::uint64_t lag;  ///< bytes
};

}  // namespace broadcast_hub::topic
