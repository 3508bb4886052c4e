#pragma once

#include "topic/cursor.hpp"
#include "topic/encoded.hpp"
#include "topic/inbox.hpp"
#include "topic/lane_kind.hpp"
#include "topic/memory_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace broadcast_hub::topic {

/// The end of a lane at one moment.
struct lane_end {
  cursor at;
  std::uint64_t newest = 0;  ///< where its last unit begins, possibly in the segment before
};

/// The log of one encoding, and how far each shard has read it. A unit never straddles two
/// segments. It keeps only its last segment; readers hold what they still need.
///
/// Thread safety: none; a topic guards it.
class lane {
 public:
  lane(std::size_t readers, memory_budget& budget) : budget_(budget), reader_count_(readers) {}

  /// Somebody reads it, so it is worth writing.
  bool in_use() const noexcept { return attached_ > 0 || kept_; }

  /// Keeps the log in use without readers, for a history.
  void keep(std::uint64_t offset);

  bool fits(std::size_t bytes) const noexcept;

  /// Has one unit of that size fit behind those up to `offset`. `held`: bytes of the log that are
  /// unread or kept, which tell how large a further segment is worth being; when there are none,
  /// what was appended lately between two such moments tells it. Requires `in_use()`.
  void make_room(std::size_t size, std::uint64_t offset, std::uint64_t held);

  /// Appends one unit. Requires that there is room.
  void append(const unit_pieces& unit) noexcept;

  /// To be called now and then: lets go of a last segment that is too large for what was appended
  /// lately, if everybody has read it. Returns whether readers have to look for the new one.
  bool renew(std::uint64_t offset, bool memory_is_short) noexcept;

  lane_end end(std::uint64_t offset) const { return {{last_, end_, offset}, newest_}; }
  std::uint64_t position() const noexcept { return end_; }
  const std::shared_ptr<segment>& last() const noexcept { return last_; }

  /// @name Readers: the shards
  /// @{
  struct reader_state {
    bool attached = false;
    bool woken = false;         ///< has been told that there is something new
    std::uint64_t read_to = 0;  ///< all before it has been offered to its subscribers
    std::uint64_t lag = 0;      ///< how far behind that its slowest subscriber was
    cursor start;               ///< where it begins, until it claims that
    std::size_t presumed = 0;   ///< subscribers that were counted for it until then
  };

  bool has_readers() const noexcept { return attached_ > 0; }
  bool attached(std::size_t reader) const noexcept {
    return !readers_.empty() && readers_[reader].attached;
  }

  /// Attaches a reader at the end, on its behalf, unless it is attached.
  void attach(std::size_t reader, std::uint64_t offset);

  /// Where a reader that is attached begins, and who was counted for it. Once.
  struct claimed {
    cursor start;
    std::size_t presumed = 0;
  };
  claimed claim(std::size_t reader);

  void detach(std::size_t reader) noexcept;

  /// Requires: it was attached before.
  reader_state& reader(std::size_t index) noexcept { return readers_[index]; }
  std::vector<reader_state>& readers() noexcept { return readers_; }
  inbox::notice& notice_for(std::size_t reader) noexcept { return notices_[reader]; }

  /// Bytes that the slowest reader has not offered yet.
  std::uint64_t backlog() const noexcept;

  /// Bytes that the slowest subscriber is behind.
  std::uint64_t largest_lag() const noexcept;
  /// @}

 private:
  void begin(std::uint64_t offset);

  /// All is read: returns how much is usually appended before that is so again, as far as there
  /// is memory to be generous with.
  std::size_t begin_batch() noexcept;
  void forget_batches() noexcept;
  void begin_segment(std::size_t capacity, std::uint64_t offset);

  memory_budget& budget_;
  std::size_t reader_count_;
  std::vector<reader_state> readers_;  // from the first that is attached on: most lanes have none
  std::vector<inbox::notice> notices_;
  std::shared_ptr<segment> last_;
  std::uint64_t end_ = 0;
  std::uint64_t renewed_at_ = 0;  // the end when `renew` looked last
  std::uint64_t newest_ = 0;
  std::uint64_t batch_begin_ = 0;
  std::uint64_t last_batch_ = 0;
  std::size_t attached_ = 0;
  bool kept_ = false;
};

}  // namespace broadcast_hub::topic
