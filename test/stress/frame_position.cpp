#include "frame_position.hpp"

#include "support/frame_header.hpp"

#include <algorithm>

namespace broadcast_hub::stress {

void frame_position::pass(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto whole = static_cast<std::size_t>(std::min<std::uint64_t>(rest_, bytes.size()));
    rest_ -= whole;
    bytes.remove_prefix(whole);
    if (!bytes.empty()) {
      pass_one(bytes.front());
      bytes.remove_prefix(1);
    }
  }
}

void frame_position::pass_one(char byte) {
  if (!established_) {
    head_ += byte;
    established_ = head_.ends_with("\r\n\r\n");
    return;
  }
  header_ += byte;
  if (const auto header = benchmark::read_frame_header(header_)) {
    rest_ = header->payload_size;
    header_.clear();
  }
}

}  // namespace broadcast_hub::stress
