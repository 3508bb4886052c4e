#pragma once

#include "topic/log.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace broadcast_hub::topic {

/// One connection's part in a fan-out. Held by the connection, so that leaving costs no search.
struct subscriber {
  static constexpr std::uint32_t nowhere = 0xffffffff;

  std::uint32_t owner = 0;         ///< whose it is, in the owner's own numbering
  std::uint32_t index = nowhere;   ///< its place in the fan-out
  std::uint32_t sent_of_unit = 0;  ///< bytes already sent of the unit at its cursor
  bool blocked = false;            ///< its socket is full: a walk passes it by

  bool subscribed() const noexcept { return index != nowhere; }
};

/// Bytes of a log. They keep those of their segment alive, but no later segment.
struct log_piece {
  std::shared_ptr<const char[]> owner;
  const char* data;
  std::size_t size;
};

/// The subscribers of one topic on one shard: a dense array of cursors into the log.
///
/// A cursor always stands between two units; what was sent of the unit behind it is
/// `subscriber::sent_of_unit`.
/// Thread safety: none; it belongs to its shard.
class fan_out {
 public:
  fan_out(log& log, std::size_t reader) noexcept : log_(log), reader_(reader) {}
  ~fan_out();
  fan_out(const fan_out&) = delete;
  fan_out& operator=(const fan_out&) = delete;

  /// The newcomer, which is not blocked, starts at the end of the log. It stays where it is in
  /// memory until `remove`.
  void add(subscriber& who, std::uint32_t owner);
  void remove(subscriber& who) noexcept;

  std::size_t size() const noexcept { return entries_.size(); }

  std::uint64_t cursor(const subscriber& who) const noexcept { return entries_[who.index].cursor; }

  /// Bytes from its cursor to the end of the log.
  std::uint64_t lag(const subscriber& who) const noexcept {
    return log_.end_position() - cursor(who);
  }

  /// The present end of the log.
  std::uint64_t end() const noexcept { return log_.end_position(); }

  /// Fills `out` with what is unsent between a cursor and `end`; returns the number of entries
  /// used. What does not fit is left for the next call.
  std::size_t gather(const subscriber& who, std::uint64_t end, std::span<iovec> out) const;

  /// As above, from any position between two units, `skip` bytes of the first unit left out.
  std::size_t gather(std::uint64_t from, std::uint64_t skip, std::uint64_t end,
                     std::span<iovec> out) const;

  /// The same with ownership, for a queue that outlives the log's own interest.
  std::vector<log_piece> pieces(const subscriber& who, std::uint64_t end) const;

  /// Bytes of the partly sent unit at the cursor; all of it, the sent part included.
  log_piece unit_at_cursor(const subscriber& who) const;

  /// `sent` more bytes went out; returns the number of units that this completed.
  std::size_t advance(subscriber& who, std::size_t sent);

  /// Sets a cursor to a position between two units, for example behind what was moved elsewhere.
  void set_cursor(subscriber& who, std::uint64_t position) noexcept;

  /// @name A walk over all subscribers, in slices
  /// Between two slices subscribers may come and go; none is visited twice or left out.
  /// @{

  /// Begins a walk to the present end, if there is something to read and none under way. Returns
  /// whether one is under way now.
  bool begin_walk();

  struct visit {
    subscriber* who = nullptr;  ///< null: the walk is over
    bool at_common = false;     ///< its cursor stands where the last walk ended, as most do
  };

  /// The next subscriber whose cursor is before the walk's end, blocked ones included.
  visit next();

  /// After `next` returned null: tells the log, and lets go of segments that nobody needs.
  void end_walk();

  std::uint64_t walk_begin() const noexcept { return walk_begin_; }
  std::uint64_t walk_end() const noexcept { return walk_end_.position; }
  std::size_t walk_units() const noexcept { return walk_end_.offset - walk_begin_offset_; }
  bool walking() const noexcept { return walking_; }

  /// Moves a cursor from the walk's begin to its end in one go.
  void complete(subscriber& who) noexcept { entries_[who.index].cursor = walk_end_.position; }
  /// @}

  /// Bytes of segments held, for tests and statistics.
  std::size_t held_bytes() const noexcept;

 private:
  struct entry {
    subscriber* who;
    std::uint64_t cursor;
  };

  const std::shared_ptr<segment>& locate(std::uint64_t position) const noexcept;
  void trim() noexcept;

  log& log_;
  std::size_t reader_;
  std::vector<entry> entries_;
  std::shared_ptr<segment> oldest_;  // the segment of the slowest cursor, and so all that follow

  bool lagging_ = false;  // a cursor was behind when segments were let go last
  bool walking_ = false;
  std::size_t walked_ = 0;  // entries below it have been visited
  std::uint64_t walk_begin_ = 0;
  std::uint64_t walk_begin_offset_ = 0;
  log_end walk_end_;
};

}  // namespace broadcast_hub::topic
