#include "servers/fault.hpp"

#include "support/arguments.hpp"
#include "support/frame_header.hpp"

#include <map>
#include <utility>

namespace broadcast_hub::benchmark {

fault_kind parse_fault(const std::string& name) {
  static const std::map<std::string, fault_kind> kinds = {
      {"none", fault_kind::none},
      {"drop", fault_kind::drop},
      {"reorder", fault_kind::reorder},
      {"corrupt", fault_kind::corrupt},
      {"duplicate", fault_kind::duplicate},
      {"truncate", fault_kind::truncate},
      {"wrong-opcode", fault_kind::wrong_opcode},
      {"compressed-bit", fault_kind::compressed_bit}};
  const auto found = kinds.find(name);
  if (found == kinds.end()) {
    throw usage_error("--fault does not know " + name);
  }
  return found->second;
}

std::string fault::disturb(std::string_view frame) {
  std::string bytes(frame);
  if (seen_++ != broadcast_) {
    return bytes + std::exchange(held_, {});
  }
  switch (kind_) {
    case fault_kind::none:
      break;
    case fault_kind::drop:
      bytes.clear();
      break;
    case fault_kind::reorder:
      held_ = std::exchange(bytes, {});
      break;
    case fault_kind::corrupt:
      bytes.back() = static_cast<char>(bytes.back() ^ 1);
      break;
    case fault_kind::duplicate:
      bytes += frame;
      break;
    case fault_kind::truncate:
      bytes.pop_back();
      break;
    case fault_kind::wrong_opcode:
      bytes.front() = static_cast<char>(0x80U | static_cast<unsigned>(opcode::binary));
      break;
    case fault_kind::compressed_bit:
      // RFC 7692, section 6: nobody agreed to it.
      bytes.front() = static_cast<char>(bytes.front() | 0x40);
      break;
  }
  return bytes;
}

}  // namespace broadcast_hub::benchmark
