#include "support/frame_header.hpp"

namespace broadcast_hub::benchmark {
namespace {

constexpr unsigned two_byte_length = 126;
constexpr unsigned eight_byte_length = 127;

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

std::size_t extended_length_size(unsigned short_length) {
  if (short_length == two_byte_length) {
    return 2;
  }
  return short_length == eight_byte_length ? 8 : 0;
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value = value << 8U | byte_at(bytes, i);
  }
  return value;
}

void append_big_endian(std::string& out, std::uint64_t value, unsigned size) {
  for (unsigned i = size; i > 0; --i) {
    out.push_back(static_cast<char>(value >> 8U * (i - 1) & 0xFFU));
  }
}

void append_length(std::string& out, std::size_t length, unsigned mask_bit) {
  if (length < two_byte_length) {
    out.push_back(static_cast<char>(mask_bit | length));
  } else if (length <= 0xFFFF) {
    out.push_back(static_cast<char>(mask_bit | two_byte_length));
    append_big_endian(out, length, 2);
  } else {
    out.push_back(static_cast<char>(mask_bit | eight_byte_length));
    append_big_endian(out, length, 8);
  }
}

}  // namespace

std::optional<frame_header> read_frame_header(std::string_view bytes) {
  if (bytes.size() < 2) {
    return {};
  }
  const unsigned first = byte_at(bytes, 0);
  const unsigned second = byte_at(bytes, 1);
  const bool masked = (second & 0x80U) != 0;
  const std::size_t extended = extended_length_size(second & 0x7FU);

  frame_header header;
  header.fin = (first & 0x80U) != 0;
  header.compressed = (first & 0x40U) != 0;
  header.reserved = (first & 0x30U) != 0;
  header.code = static_cast<opcode>(first & 0x0FU);
  header.size = 2 + extended + (masked ? 4 : 0);
  if (bytes.size() < header.size) {
    return {};
  }
  header.payload_size = extended == 0 ? second & 0x7FU : read_big_endian(bytes.substr(2, extended));
  if (masked) {
    masking_key key{};
    bytes.copy(key.data(), key.size(), 2 + extended);
    header.mask = key;
  }
  return header;
}

void append_frame(std::string& out, opcode code, std::string_view payload,
                  const std::optional<masking_key>& mask) {
  out.push_back(static_cast<char>(0x80U | static_cast<unsigned>(code)));
  append_length(out, payload.size(), mask ? 0x80U : 0U);
  if (mask) {
    out.append(mask->data(), mask->size());
  }
  out.append(payload);
  if (mask) {
    apply_mask(out.data() + (out.size() - payload.size()), payload.size(), *mask);
  }
}

void apply_mask(char* payload, std::size_t size, const masking_key& mask) {
  for (std::size_t i = 0; i < size; ++i) {
    payload[i] = static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  }
}

}  // namespace broadcast_hub::benchmark
