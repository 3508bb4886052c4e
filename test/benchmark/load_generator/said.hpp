#pragma once

#include "protocol/server_frame_reader.hpp"

#include <variant>

namespace broadcast_hub::benchmark {

/// What a server said, if it is that. Null also when it was no frame of bhub.v1.
template <typename Said>
const Said* said_as(
    const std::variant<protocol::server_says, protocol::server_fault>& read) noexcept {
  const auto* const said = std::get_if<protocol::server_says>(&read);
  return said == nullptr ? nullptr : std::get_if<Said>(said);
}

}  // namespace broadcast_hub::benchmark
