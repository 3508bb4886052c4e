#pragma once

#include "topic/encoded.hpp"
#include "topic/unit_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace broadcast_hub::topic {

/// What one publication is in each lane that wants it, now that its offset is known. It does not
/// own what it was made of.
class unit_set {
 public:
  /// `number_start`: see `unit_format`.
  unit_set(const encoded& publication, lane_set wanted, const unit_format& format,
           std::string_view number_start, std::uint64_t offset);
  unit_set(const unit_set&) = delete;
  unit_set& operator=(const unit_set&) = delete;

  /// Requires: it is wanted.
  const unit_pieces& of(lane_kind lane) const noexcept { return units_[index_of(lane)]; }

  bool wanted(lane_kind lane) const noexcept { return wanted_.test(index_of(lane)); }

  /// Wanted, but not made.
  lane_set missing() const noexcept { return wanted_ & ~made_; }

 private:
  using head = std::array<char, unit_format::max_head>;

  lane_set wanted_;
  lane_set made_;
  std::array<unit_pieces, lane_count> units_{};
  head plain_head_;     // not initialised: written where it is wanted
  head deflated_head_;  // the same
};

}  // namespace broadcast_hub::topic
