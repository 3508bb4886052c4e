#pragma once

#include "topic/segment.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace broadcast_hub::topic {

/// Bytes of a log. They keep those of their segment alive, but no later segment.
struct log_piece {
  std::shared_ptr<const char[]> owner;
  const char* data = nullptr;
  std::size_t size = 0;
};

/// A place between two units of a log. It keeps everything behind it alive.
struct cursor {
  std::shared_ptr<segment> part;
  std::uint64_t position = 0;  ///< bytes of the log before it
  std::uint64_t offset = 0;    ///< the offset of the last unit before it

  /// Goes on by the whole units among `bytes`; returns what is left, less than the next unit.
  std::size_t advance(std::size_t bytes, unit_size measure);

  /// Goes to a later place between two units.
  void move_to(std::uint64_t to_position, std::uint64_t to_offset) noexcept;

  /// Goes to the first place from which at most `most` bytes are left up to `end`. It prefers the
  /// border of a segment: to let go of a whole one costs nothing.
  void skip_to_within(std::uint64_t most, std::uint64_t end, unit_size measure);

  /// Goes to the last unit before a later place between two units.
  void skip_to_last(std::uint64_t end, std::uint64_t end_offset, unit_size measure);

  /// The unit behind it. Requires that there is one.
  log_piece unit(unit_size measure) const;

  /// Where the unit behind it begins: on the next segment when this one ends here.
  const char* bytes() const noexcept { return holding(position)->at(position); }

  /// Fills `out` with what is between it and `end`, the first `skip` bytes left out; returns the
  /// number of entries used. What does not fit is left for the next call.
  std::size_t gather(std::uint64_t skip, std::uint64_t end, std::span<iovec> out) const;

  /// The same with ownership, for a queue that outlives the log's own interest.
  std::vector<log_piece> pieces(std::uint64_t end) const;

 private:
  void leave_ended_segments() noexcept;
  const segment* holding(std::uint64_t position) const noexcept;
};

}  // namespace broadcast_hub::topic
