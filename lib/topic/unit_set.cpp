#include "topic/unit_set.hpp"

namespace broadcast_hub::topic {
namespace {

bool is_worth_it(const unit_pieces& deflated) noexcept {
  return size_of(deflated) > 0;
}

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): see `numbered_unit`
unit_set::unit_set(const encoded& publication, lane_set wanted, const unit_format& format,
                   std::string_view number_start, std::uint64_t offset)
    : publication_(publication), wanted_(wanted) {
  if (missing().any())
    return;
  if (this->wanted(lane_kind::numbered))
    plain_.make(format, number_start, offset, publication.number_rest, false);
  if (this->wanted(lane_kind::deflated_numbered)) {
    const bool deflated = is_worth_it(publication.deflated_number_rest);
    deflated_.make(format, number_start, offset,
                   deflated ? publication.deflated_number_rest : publication.number_rest, deflated);
  }
}

const unit_pieces& unit_set::of(lane_kind lane) const noexcept {
  switch (lane) {
    case lane_kind::deflated:
      return is_worth_it(publication_.deflated) ? publication_.deflated : publication_.raw;
    case lane_kind::numbered:
      return plain_.pieces;
    case lane_kind::deflated_numbered:
      return deflated_.pieces;
    case lane_kind::raw:
      break;
  }
  return publication_.raw;
}

void unit_set::numbered_unit::make(const unit_format& format, std::string_view number_start,
                                   std::uint64_t offset, const unit_pieces& rest,
                                   bool deflated) noexcept {
  const std::size_t size =
      format.write_head(head.data(), number_start, offset, size_of(rest), deflated);
  pieces = {std::string_view(head.data(), size), rest[0], rest[1], rest[2]};
}

}  // namespace broadcast_hub::topic
