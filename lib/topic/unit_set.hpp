#pragma once

#include "topic/encoded.hpp"
#include "topic/unit_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace broadcast_hub::topic {

/// What one publication is in each lane that wants it, now that its offset is known. It refers to
/// the publication.
class unit_set {
 public:
  /// `number_start`: see `unit_format`.
  unit_set(const encoded& publication, lane_set wanted, const unit_format& format,
           std::string_view number_start, std::uint64_t offset);
  unit_set(const unit_set&) = delete;
  unit_set& operator=(const unit_set&) = delete;

  /// Requires: it is wanted, and nothing is missing.
  const unit_pieces& of(lane_kind lane) const noexcept;

  /// Bytes of it as far as they are known: while something is missing, those of the raw one.
  std::size_t size_in(lane_kind lane) const noexcept {
    return size_of(missing().any() ? publication_.raw : of(lane));
  }
  std::size_t raw_size() const noexcept { return size_of(publication_.raw); }

  bool wanted(lane_kind lane) const noexcept { return wanted_.test(index_of(lane)); }

  /// Wanted, but not made.
  lane_set missing() const noexcept { return wanted_ & ~publication_.made; }

 private:
  /// Written where it is wanted, so not initialised.
  struct numbered_unit {
    void make(const unit_format& format, std::string_view number_start, std::uint64_t offset,
              const unit_pieces& rest, bool deflated) noexcept;

    std::array<char, unit_format::max_head> head;
    unit_pieces pieces;
  };

  const encoded& publication_;
  lane_set wanted_;
  numbered_unit plain_;
  numbered_unit deflated_;
};

}  // namespace broadcast_hub::topic
