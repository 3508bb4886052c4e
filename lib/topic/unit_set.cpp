#include "topic/unit_set.hpp"

namespace broadcast_hub::topic {

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): see the heads
unit_set::unit_set(const encoded& publication, lane_set wanted, const unit_format& format,
                   std::string_view number_start, std::uint64_t offset)
    : wanted_(wanted), made_(publication.made) {
  units_[index_of(lane_kind::raw)] = publication.raw;
  if (missing().any())
    return;
  const bool worth_it = size_of(publication.deflated) > 0;
  units_[index_of(lane_kind::deflated)] = worth_it ? publication.deflated : publication.raw;
  const auto number = [&](const unit_pieces& rest, bool deflated, head& buffer) -> unit_pieces {
    const std::size_t size =
        format.write_head(buffer.data(), number_start, offset, size_of(rest), deflated);
    return {std::string_view(buffer.data(), size), rest[0], rest[1], rest[2]};
  };
  if (this->wanted(lane_kind::numbered))
    units_[index_of(lane_kind::numbered)] = number(publication.number_rest, false, plain_head_);
  if (this->wanted(lane_kind::deflated_numbered)) {
    const bool deflated = size_of(publication.deflated_number_rest) > 0;
    units_[index_of(lane_kind::deflated_numbered)] =
        number(deflated ? publication.deflated_number_rest : publication.number_rest, deflated,
               deflated_head_);
  }
}

}  // namespace broadcast_hub::topic
