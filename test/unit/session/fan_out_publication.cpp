#include "fan_out_publication.hpp"

#include "numbered_frames.hpp"

namespace broadcast_hub::session::test {
namespace {

constexpr unsigned final_frame = 0x80;

std::string start_of(std::string_view topic) {
  return std::string(topic) + ":";
}

std::uint64_t numbered_size(std::string_view start, std::uint64_t number, std::size_t rest,
                            bool deflated) {
  std::array<char, topic::unit_format::max_head> head;
  return wire::write_numbered_head(head.data(), start, number, rest, deflated) + rest;
}

}  // namespace

publication::publication(std::string_view topic, std::uint64_t number, std::size_t dots)
    : start_(start_of(topic)),
      number_(number),
      rest_(dots, '.'),
      deflated_rest_(1 + dots / 2, '.'),
      raw_(wire::make_frame(wire::opcode::text, start_ + std::to_string(number) + rest_)),
      deflated_(
          wire::make_frame(wire::opcode::binary, start_ + std::to_string(number) + deflated_rest_)),
      encodings_(std::string_view(raw_).substr(0, 2), std::string_view(raw_).substr(2)) {
  encodings_.deflated = {deflated_};
  encodings_.number_rest = {rest_};
  encodings_.deflated_number_rest = {deflated_rest_};
  encodings_.made.set();
}

std::array<std::uint64_t, topic::lane_count> publication::sizes() const {
  std::array<std::uint64_t, topic::lane_count> made{};
  made[index_of(topic::lane_kind::raw)] = raw_.size();
  made[index_of(topic::lane_kind::deflated)] = deflated_.size();
  made[index_of(topic::lane_kind::numbered)] = numbered_size(start_, number_, rest_.size(), false);
  made[index_of(topic::lane_kind::deflated_numbered)] =
      numbered_size(start_, number_, deflated_rest_.size(), true);
  return made;
}

topic::unit_format publication_format() {
  return numbered_frames(&start_of);
}

unsigned first_byte(topic::lane_kind lane) noexcept {
  const auto text = static_cast<unsigned>(wire::opcode::text);
  switch (lane) {
    case topic::lane_kind::raw:
    case topic::lane_kind::numbered:
      return final_frame | text;
    case topic::lane_kind::deflated:
      return final_frame | static_cast<unsigned>(wire::opcode::binary);
    case topic::lane_kind::deflated_numbered:
      return final_frame | compressed_frame | text;
  }
  return 0;
}

std::string_view text_in(std::string_view frame) noexcept {
  const bool compressed =
      static_cast<unsigned char>(frame[0]) == first_byte(topic::lane_kind::deflated_numbered);
  return wire::payload_of(frame).substr(compressed ? stored_block_header : 0);
}

}  // namespace broadcast_hub::session::test
