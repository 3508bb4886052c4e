#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

enum class fault_kind {
  none,
  drop,
  reorder,
  corrupt,
  duplicate,
  truncate,
  wrong_opcode,
  compressed_bit
};

/// Errors: throws `usage_error`.
fault_kind parse_fault(const std::string& name);

/// Does one thing wrong to one client, so that it can be seen that the load generator finds it.
class fault {
 public:
  /// The broadcast to be disturbed is counted from 0.
  fault(fault_kind kind, std::size_t broadcast) : kind_(kind), broadcast_(broadcast) {}

  bool any() const noexcept { return kind_ != fault_kind::none; }

  /// What the unlucky client gets in the place of this frame, which is the next broadcast.
  std::string disturb(std::string_view frame);

 private:
  fault_kind kind_;
  std::size_t broadcast_;
  std::size_t seen_ = 0;
  std::string held_;
};

}  // namespace broadcast_hub::benchmark
